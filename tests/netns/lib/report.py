"""What a test prints: one line for each figure it measured, one for each claim, and the verdict."""
import sys
import time
import traceback


class Report:
    def __init__(self, title):
        self.title = title
        self.failed = []
        self.claims = 0
        self.started = time.monotonic()

    def line(self, text=''):
        print(text, flush=True)

    def figure(self, name, value, unit=''):
        self.line(f'  {name:<58} {value} {unit}'.rstrip())

    def claim(self, true, sentence, evidence=''):
        """Prints the claim; a false one fails the test, which goes on to measure the rest."""
        self.claims += 1
        mark = 'ok    ' if true else 'FAILED'
        self.line(f'  {mark} {sentence}' + (f': {evidence}' if evidence != '' else ''))
        if not true:
            self.failed.append(sentence)
        return bool(true)

    def equal(self, sentence, got, wanted):
        return self.claim(got == wanted, sentence,
                          f'{got}' if got == wanted else f'{got}, not {wanted}')

    def at_most(self, sentence, got, limit, unit=''):
        return self.claim(got <= limit, sentence, f'{got:g} {unit} (at most {limit:g})')

    def verdict(self):
        took = time.monotonic() - self.started
        for sentence in self.failed:
            self.line(f'FAILED: {sentence}')
        self.line(f'{self.title}: {self.claims - len(self.failed)} of {self.claims} claims hold, '
                  f'{took:.0f} s')
        return 1 if self.failed or self.claims == 0 else 0


def run(report, test, *arguments):
    """The exit code of `test(report, ...)`; what it throws is a failure with its reason."""
    try:
        test(report, *arguments)
    except BaseException as error:  # also the end of the time: the figures so far are worth reading
        if isinstance(error, SystemExit):
            raise
        traceback.print_exc()
        report.failed.append(f'{type(error).__name__}: {error}')
        report.claims += 1
    sys.stdout.flush()
    return report.verdict()
