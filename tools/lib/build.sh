# shellcheck shell=bash
# Sourced by tools/{build,check,fuzz} after setup.sh: configure and compile one build folder.
: "${tree:?source tools/lib/setup.sh first}"

# ccache keeps its objects in the user's cache folder; a user without a home gets one in /var/tmp.
# A clone in another place hits the same objects, because paths are hashed relative to the tree.
if [ ! -w "${HOME:-/nonexistent}" ]; then
    export CCACHE_DIR=${CCACHE_DIR:-/var/tmp/weir-ccache-$(id -u)}
fi
export CCACHE_BASEDIR=$tree CCACHE_NOHASHDIR=1

ninja_options=()

default_build_dir() { # type cxx sanitize
    local dir=$tree/build
    [ "$1" = release ] || dir+=-$1
    [ "$2" = g++ ] || dir+=-$2
    [ -z "$3" ] || dir+=-${3//,/-}
    echo "$dir"
}

configure() { # dir type cxx sanitize
    local dir=$1 type=$2 cxx=$3 sanitize=$4 options
    # Not by --buildtype, which brings back -O3 when a folder is configured again: no faster, and gcc 12
    # warns falsely there.
    options=(-Ddebug=false -Doptimization=2 -Db_ndebug=true)
    [ "$type" != debug ] || options=(-Ddebug=true -Doptimization=0 -Db_ndebug=false)
    options+=(-Db_sanitize="${sanitize:-none}" -Dcpp_args=)
    if [ "$type" = coverage ]; then # counts the lines that run, for llvm-cov
        options+=(-Dcpp_args='-fprofile-instr-generate -fcoverage-mapping'
                  -Dcpp_link_args=-fprofile-instr-generate)
    fi
    if [ -n "$sanitize" ]; then
        # Line numbers in reports; and a finding of UBSan ends the program instead of being printed.
        options=(--buildtype debugoptimized -Db_sanitize="$sanitize"
                 -Dcpp_args='-fno-sanitize-recover=all -fno-omit-frame-pointer')
    fi
    # libFuzzer is clang's, and its targets are of use only where the sanitizers look on.
    case $cxx,$sanitize in clang*,*address*) options+=(-Dfuzz=true) ;; *) options+=(-Dfuzz=false) ;; esac

    # The compiler is read once, when a folder is made: another one needs the folder made anew.
    if [ -e "$dir/meson-private/coredata.dat" ]; then
        if [ "$(cat "$dir/compiler" 2>/dev/null)" = "$cxx" ]; then
            options+=(--reconfigure) # also finds test folders that came since
        else
            options+=(--wipe)
        fi
    fi
    local words
    words=$(CXX="ccache $cxx" meson setup "${options[@]}" "$dir" "$tree" 2>&1) || {
        tail -n 15 <<<"$words" >&2
        die "meson could not configure $dir; its reason is above"
    }
    echo "$cxx" >"$dir/compiler"
}

# Builds, and leaves every program that was built reachable as DIR/bin/NAME.
compile() { # dir programs|all|SUITE
    local dir=$1 targets=() path
    [ "$2" = all ] || mapfile -t targets < <(python3 "$tree/tools/lib/targets.py" "$dir" "$2")
    if [ "$2" = all ] || [ "${#targets[@]}" -gt 0 ]; then
        # `|| return`: the caller asks for the result, and bash ignores `set -e` in there.
        ninja -C "$dir" "${ninja_options[@]}" "${targets[@]}" || return
    fi
    rm -rf "${dir:?}/bin" && mkdir "$dir/bin"
    while read -r path; do
        [ ! -e "$dir/$path" ] || ln -s "../$path" "$dir/bin/${path##*/}"
    done < <(python3 "$tree/tools/lib/targets.py" "$dir" programs)
}
