# Sets $python to an interpreter that is new enough. The distribution's comes before others, because
# the user that runs PostgreSQL can read it too; one that can make virtual environments wins.
find_python() {
    for python in "${PORTAL_PYTHON:-}" /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
        if [ -n "$python" ] && "$python" -c "$1" 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

if ! find_python 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' &&
    ! find_python 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo 'Python 3.11 or newer is needed and was not found (Debian: apt-get install python3).' >&2
    exit 1
fi

# Texts are UTF-8, whatever the caller's locale says.
export PYTHONUTF8=1
