# shellcheck shell=bash
# What the throw-away MTAs have in common. Sourced by postfix/instance, sendmail/instance and
# the smoke tests (bash); it only defines functions.

mta_fail()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# A caller tells "cannot run here" (77) from "went wrong" (1).
mta_skip()
{
	echo "${0##*/}: $*" >&2
	exit 77
}

# Both MTAs must be started by root. Runs the script again through sudo where it asks for no
# password; else exit 77.
mta_need_root()
{
	[ "$(id -u)" -ne 0 ] || return 0
	if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		exec sudo -n "$0" "$@"
	fi
	mta_skip "needs root (no password-less sudo here)"
}

mta_port_taken()
{
	(exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# A TCP port that nobody listens on, below the range that the kernel gives to clients.
mta_free_port()
{
	local port _
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		port=$((12000 + RANDOM % 18000))
		mta_port_taken 127.0.0.1 "$port" || { echo "$port"; return 0; }
	done
	return 1
}

# mta_wait_for SECONDS COMMAND...: true as soon as the command is.
mta_wait_for()
{
	local left=$(($1 * 20))
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# Whether an unprivileged user can walk to a folder. Postfix's daemons drop root; a clone in a
# home directory of mode 0700 (Debian's default) is out of their reach.
mta_reachable()
{
	setpriv --reuid "$2" --regid "$(id -g "$2")" --clear-groups test -x "$1" 2>/dev/null
}

# mta_work_dir WANTED: prints a folder that both MTAs can use: WANTED (made where it is missing)
# or, where other users cannot walk to it, a new one under /tmp, which the caller removes.
mta_work_dir()
{
	mkdir -p "$1" && chmod 755 "$1" || return 1
	if mta_reachable "$1" nobody; then
		(cd "$1" && pwd -P)
		return
	fi
	local dir
	dir=$(mktemp -d /tmp/depeer-mta-XXXXXX) && chmod 755 "$dir" && echo "$dir"
}

# TAP lines.
tap_count=0
tap_failed=0
tap_ok()
{
	tap_count=$((tap_count + 1))
	echo "ok - $1"
}

# tap_is NAME GOT EXPECTED
tap_is()
{
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
		return 0
	fi
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok - $1"
	echo "# got      '$2'"
	echo "# expected '$3'"
	return 1
}

# tap_true NAME COMMAND...
tap_true()
{
	local name=$1
	shift
	if "$@"; then
		tap_ok "$name"
		return 0
	fi
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok - $name"
	echo "# failed: $*"
	return 1
}

tap_skip()
{
	tap_count=$((tap_count + 1))
	echo "ok - $1 # SKIP $2"
}
