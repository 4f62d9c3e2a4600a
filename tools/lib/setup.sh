# shellcheck shell=bash
# Sourced by tools/{build,check,fuzz,quickstart}: `set_up` leaves the machine with every package of
# tools/packages. Only what is missing is fetched, so that a second run needs no network and no root.

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# A plain user's PATH on Debian lacks bpftool, ethtool and tc.
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

missing_packages() {
    local wanted
    wanted=$(sed 's/#.*//' "$tree/tools/packages" | tr -s ' \t' '\n' | sed '/^$/d' | sort -u)
    # dpkg-query names on stderr what it never heard of; comm finds those anyway.
    # shellcheck disable=SC2016,SC2086  # the ${} are dpkg-query's, the words are one package each
    comm -23 <(echo "$wanted") \
        <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
            sed -n 's/ installed$//p' | sort -u)
}

# Debian starts a daemon when its package is installed unless this file says no (exit 101).
# A machine that already has its own policy keeps it.
daemon_policy=/usr/sbin/policy-rc.d
forbid_daemons() {
    [ -e "$daemon_policy" ] && ! grep -q '^# written by weir' "$daemon_policy" && return
    printf '#!/bin/sh\n# written by weir tools/lib/setup.sh\nexit 101\n' >"$daemon_policy"
    chmod 755 "$daemon_policy"
}
allow_daemons() {
    grep -qs '^# written by weir' "$daemon_policy" && rm -f "$daemon_policy"
    return 0
}

install_packages() (
    export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true
    apt=(apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -q)
    trap allow_daemons EXIT
    forbid_daemons
    "${apt[@]}" update
    # The answers of the two packages that ask: capture stays root's, iperf3 is no daemon here.
    debconf-set-selections <<'ANSWERS'
wireshark-common wireshark-common/install-setuid boolean false
iperf3 iperf3/start_daemon boolean false
ANSWERS
    "${apt[@]}" install -y --no-install-recommends "$@"
)

set_up() {
    command -v dpkg-query >/dev/null ||
        die "this machine has no dpkg-query, the packages in tools/packages are Debian 12's: use a Debian 12"
    [ "$(id -u)" -ne 0 ] || allow_daemons # a run that was killed may have left its file
    local missing
    mapfile -t missing < <(missing_packages)
    [ "${#missing[@]}" -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ]; then
        say "${#missing[@]} Debian packages are missing and only root may install them; run this once:"
        die "  sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    say "installing ${#missing[@]} packages: ${missing[*]}"
    install_packages "${missing[@]}" >&2 || die "apt-get could not install: ${missing[*]} (its reason is above)"
    mapfile -t missing < <(missing_packages)
    [ "${#missing[@]}" -eq 0 ] || die "still missing after apt-get: ${missing[*]}"
}
