"""The table behaviour x foreign judge: what was compared, and whether anybody objected."""
JUDGES = ('Linux', 'scapy', 'tshark')
ROWS = tuple((behaviour, family)
             for behaviour, families in (
                 ('H.Encaps', (4, 6)), ('H.Encaps.Red', (4, 6)), ('End', (4, 6)),
                 ('End.DT4', (4,)), ('End.DT6', (6,)), ('End.DT46', (4, 6)), ('End.DX4', (4,)),
                 ('End.DX6', (6,)))
             for family in families)


class Tally:
    def __init__(self, report):
        self.report = report
        self.cells = {(row, judge): [0, 0] for row in ROWS for judge in JUDGES}

    def judged(self, behaviour, family, judge, objection, what):
        """One comparison. objection: '' or what the judge found wrong."""
        cell = self.cells[((behaviour, family), judge)]
        cell[1] += 1
        if objection:
            self.report.claim(False, f'{behaviour} with IPv{family} inside, {judge}, {what}',
                              objection)
        else:
            cell[0] += 1

    def show(self):
        self.report.line()
        self.report.line(f'  {"behaviour":<14} {"inside":<7}' + ''.join(f'{j:>12}' for j in JUDGES))
        for row in ROWS:
            cells = (f'{good} of {asked}' if asked else 'NO JUDGE'
                     for good, asked in (self.cells[(row, judge)] for judge in JUDGES))
            self.report.line(f'  {row[0]:<14} IPv{row[1]:<4}' + ''.join(f'{c:>12}' for c in cells))
        empty = [f'{row[0]}/IPv{row[1]}/{judge}' for (row, judge), cell in self.cells.items()
                 if cell[1] == 0]
        asked = sum(cell[1] for cell in self.cells.values())
        self.report.claim(not empty, 'every behaviour has every foreign judge',
                          ', '.join(empty) or f'{len(self.cells)} cells')
        self.report.figure('comparisons by foreign judges', asked)
