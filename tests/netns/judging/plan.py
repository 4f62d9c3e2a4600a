"""Addresses and configuration that the beds of this test share: policies for each list length, a
SID for each behaviour. weir stands between a LAN and a WAN."""

LOCATOR, SOURCE = 'fc00:a::/32', 'fc00:a::1'
FAR_LOCATOR = 'fc00:f::/32'
FAR_SOURCE = 'fc00:f::1'
LAN4, LAN6 = '10.1.0', 'fd00:1:'
HOST4, HOST6 = '10.1.0.10', 'fd00:1::10'
SIDS = {'End': 'fc00:a::e', 'End.DT4': 'fc00:a::d4', 'End.DT6': 'fc00:a::d6',
        'End.DT46': 'fc00:a::d46', 'End.DX4': 'fc00:a::4', 'End.DX6': 'fc00:a::6'}
MODES = {'full': 'H.Encaps', 'reduced': 'H.Encaps.Red'}
LENGTHS = (1, 2, 3, 8)


def destination(mode, count, family):
    """An address whose prefix is steered into the policy of that mode and number of segments."""
    index = (100 if mode == 'full' else 200) + count
    return f'10.2.{index}.9' if family == 4 else f'fd00:2:{index}::9'


def policy(name, mode, segments):
    listed = ', '.join(f'"{segment}"' for segment in segments)
    return f'[[policy]]\nname = "{name}"\nencap = "{mode}"\n' \
           f'paths = [ {{ segments = [{listed}] }} ]\n'


def steered(to, name):
    return f'[[steer]]\nmatch = {{ port = "lan0", to = "{to}" }}\npolicy = "{name}"\n'


def policies(lists):
    """lists: {(mode, count): segments or {4: segments, 6: segments}}."""
    out = []
    for (mode, count), segments in lists.items():
        for family in (4, 6):
            name = f'{mode}-{count}-v{family}'
            out.append(policy(name, mode, segments[family]))
            prefix = destination(mode, count, family)
            to = prefix.replace('.9', '.0/24') if family == 4 else prefix.replace('::9', '::/48')
            out.append(steered(to, name))
    return '\n'.join(out)


def node(device_lan, device_wan, lan_mtu, wan_mtu, core=0, hugepages='none'):
    return f'''[node]
name    = "judged"
locator = "{LOCATOR}"
source  = "{SOURCE}"
domain  = ["fc00::/16"]

[workers]
cores = [{core}]
idle  = "sleep 50us"

[memory]
hugepages = "{hugepages}"

[api]
socket  = "@SOCKET@"
metrics = "off"

[[port]]
name    = "lan0"
device  = "{device_lan}"
address = ["{LAN4}.1/24", "{LAN6}:1/64"]
mtu     = {lan_mtu}

[[port]]
name    = "wan0"
device  = "{device_wan}"
address = ["fd00:ab::1/64"]
mtu     = {wan_mtu}
role    = "wan"

[[route]]
to  = "{FAR_LOCATOR}"
via = [{{ address = "fd00:ab::2", port = "wan0" }}]

'''


def sids(host4=HOST4, host6=HOST6):
    out = []
    for behaviour, sid in SIDS.items():
        out.append(f'[[sid]]\nsid = "{sid}"\nbehavior = "{behaviour}"')
        if behaviour.startswith('End.DT'):
            out.append('table = "default"')
        if behaviour.startswith('End.DX'):
            out.append(f'port = "lan0"\nnext_hop = "{host4 if behaviour == "End.DX4" else host6}"')
        out.append('')
    return '\n'.join(out)
