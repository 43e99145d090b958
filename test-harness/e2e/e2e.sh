# shellcheck shell=bash
# What the end-to-end tests have in common (bash). Sourced after mta.sh by the *_test scripts,
# from the top of the tree; it defines functions and sets B, client and dir.
#
# The world, the same for each: documentation prefixes (RFC 5737, RFC 3849) play the internet.
#   192.0.2.0/24       AS64500 XX   the refused network
#   198.51.100.0/24    AS64501 XA   an honest one
#   203.0.113.0/24     AS64502 XB   PeerList
#   2001:db8:bad::/48  AS64500 XX   refused too
#   2001:db8:600d::/48 AS64501 XA   honest
# and a Subject says what is to become of a mail: "mark me", "hold me"; a link to
# pills.example/buy is refused at the end of the message.

# shellcheck disable=SC2034,SC2154

B=${B:-build/release}
client=$B/harness/smtp/smtp_client
dir=''
daemon_pid=''
recipient=recipient.in.no.log@depeer.test
settings=()

# Signs that a sanitizer or the C library found something: in whatever depeerd said.
complaints='ERROR: AddressSanitizer\|ERROR: LeakSanitizer\|WARNING: ThreadSanitizer\|runtime error:\|stack smashing\|corrupted\|double free\|buffer overflow'

# e2e_need_root NAME ARGUMENTS...: the MTAs and depeerd's UserID need root: runs the script again
# through sudo where it asks for no password; else the whole of it is skipped.
e2e_need_root()
{
	local name=$1
	shift
	[ "$(id -u)" -ne 0 ] || return 0
	if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		exec sudo -n env B="$B" "$0" "$@"
	fi
	tap_skip "$name" "needs root (no password-less sudo here)"
	exit 0
}

e2e_begin()
{
	[ -x "$B/depeerd" ] && [ -x "$client" ] || mta_fail "depeerd and smtp_client are not built"
	rm -rf "${B:?}/$1"
	dir=$(mta_work_dir "$B/$1") || exit 1
	# Postfix and depeerd's UserID walk in; Sendmail wants no folder that all may write to.
	mkdir -p "$dir/rules" "$dir/run" && chown nobody "$dir/run" || exit 1
	trap e2e_end EXIT
	trap 'exit 1' INT TERM
	make_world
}

e2e_end()
{
	# A subshell that an error ends would otherwise clear up for all.
	[ "$BASHPID" -eq $$ ] || return
	[ -z "$daemon_pid" ] || kill -9 "$daemon_pid" 2>/dev/null
	[ -z "${instance:-}" ] || "$instance" stop "$dir/mta" 2>/dev/null
	[ "$tap_failed" -gt 0 ] || rm -rf "$dir"
}

make_world()
{
	printf '%s\t%s\t%s\t%s\t%s\n' \
		192.0.2.0 192.0.2.255 64500 XX BAD-EX \
		198.51.100.0 198.51.100.255 64501 XA HONEST-EX \
		203.0.113.0 203.0.113.255 64502 XB PEER-EX \
		2001:db8:bad:: 2001:db8:bad:ffff:ffff:ffff:ffff:ffff 64500 XX BAD-EX \
		2001:db8:600d:: 2001:db8:600d:ffff:ffff:ffff:ffff:ffff 64501 XA HONEST-EX >"$dir/world.tsv"
	"$B/depeer-mmdb" --quiet --csv "$dir/world.tsv" --asn "$dir/asn.mmdb" \
		--country "$dir/country.mmdb" || mta_fail "no databases"
	cat >"$dir/rules/e2e.cf" <<-'RULES'
	network_list e2e_bad AS64500
	network  CLIENT_BAD client in e2e_bad
	score    CLIENT_BAD 12
	header   MARK Subject =~ /mark me/
	score    MARK 6
	header   HOLD Subject =~ /hold me/
	score    HOLD 9
	network  SHOP_NET url in e2e_bad
	score    SHOP_NET 12
	uri      SHOP_URL /pills\.example\/buy/
	score    SHOP_URL 12
	RULES
}

# daemon_config [KEY VALUE]...: what a test wants other than usual; comes last, once a key.
daemon_config()
{
	local usual key
	usual=$(cat <<-CONF
	Socket unix:$dir/run/depeer.sock
	Background no
	Syslog no
	PidFile $dir/run/depeerd.pid
	UserID nobody
	UMask 000
	PeerList 203.0.113.9
	RulesDir $dir/rules
	GeoDatabase $dir/asn.mmdb
	GeoDatabase $dir/country.mmdb
	Mode enforce
	SpamFlagHeader yes
	SubjectPrefix "[spam]"
	CONF
	)
	while [ $# -gt 1 ]; do
		usual=$(grep -v "^$1 " <<<"$usual"; echo "$1 $2")
		shift 2
	done
	echo "$usual" >"$dir/depeer.conf"
}

# daemon_start [KEY VALUE]...: all it says goes into depeerd.log.
daemon_start()
{
	daemon_config "$@"
	daemon_again
}

daemon_again()
{
	local lines
	touch "$dir/depeerd.log"
	lines=$(grep -c ": loaded generation=" "$dir/depeerd.log")
	"$B/depeerd" -f -c "$dir/depeer.conf" 2>>"$dir/depeerd.log" &
	daemon_pid=$!
	mta_wait_for 30 daemon_loaded "$lines" && mta_wait_for 30 daemon_listens || {
		tail -n 20 "$dir/depeerd.log"
		mta_fail "depeerd did not start"
	}
}

daemon_loaded()
{
	[ "$(grep -c ': loaded generation=' "$dir/depeerd.log")" -gt "$1" ]
}

# The pid file is written when the socket is open.
daemon_listens()
{
	[ "$(cat "$dir/run/depeerd.pid" 2>/dev/null)" = "$daemon_pid" ]
}

# SIGTERM, and waits for it (at most 20 s: SIGKILL then). Prints nothing; status is depeerd's.
daemon_stop()
{
	local pid=$daemon_pid status
	[ -n "$pid" ] || return 0
	daemon_pid=''
	kill -TERM "$pid"
	mta_wait_for 20 daemon_gone "$pid" || kill -9 "$pid"
	wait "$pid" 2>/dev/null
	status=$?
	return "$status"
}

daemon_gone()
{
	case $(ps -o stat= -p "$1") in
	'' | Z*) return 0 ;;
	esac
	return 1
}

daemon_restart()
{
	daemon_stop
	daemon_start "$@"
}

# write_mail FILE SUBJECT [LINE]...: the lines are the body.
write_mail()
{
	local file=$1 subject=$2
	shift 2
	printf '%s\n' "Subject: $subject" 'From: a@client.example' "To: someone@elsewhere.example" \
		'' 'words-of-the-body-in-no-log' "$@" >"$dir/$file"
}

write_mails()
{
	write_mail clean.eml 'a letter'
	write_mail mark.eml 'please mark me'
	write_mail hold.eml 'please hold me'
	write_mail shop.eml 'a shop' 'http://pills.example/buy?id=7'
	{
		write_mail big.eml 'a long letter' && yes 'a long line of a long letter, over and over' |
			head -n 8000 >>"$dir/big.eml"
	}
}

# verdict_lines: depeerd's lines about mails, without the program's name.
verdict_lines()
{
	sed -n "s/^depeerd: \(error: \)\?\([^ ]*: action=.*\)/\2/p" "$dir/depeerd.log"
}

# field LINE NAME: a field's value in a verdict line.
field()
{
	sed -n "s/^.* $2=\([^ ]*\).*\$/\1/p; t; s/^[^ ]*: $2=\([^ ]*\).*/\1/p" <<<"$1"
}

# fields LINE NAME...: several, with blanks between.
fields()
{
	local line=$1 name out=()
	shift
	for name in "$@"; do
		out+=("$(field "$line" "$name")")
	done
	echo "${out[*]}"
}

# Verdict lines that a program could not read. Fields stand in this order, each once.
unparseable_lines()
{
	local number='-\?[0-9]\+\.[0-9]\+' token='[^ ="]\+'
	local rules="\($token:$number\(,$token:$number\)*\|none\|unknown\)"
	verdict_lines | grep -v "^$token: action=pass stage=mail reason=[a-z]* client=$token\$" |
		grep -v "^$token: action=\(accept\|tag\|quarantine\|tempfail\|reject\) stage=\(rcpt\|eom\)\
 score=\($number\|unknown\)/\($number\|off\) client=$token asn=\([0-9]\+\|none\|unknown\)\
 prefix=$token cc=$token rules=$rules\( would=[a-z]*\)\?\( observed=$rules\)\?\( unknown=$token\)\?\
\( truncated=$token\)\?\( error=$token\)\? mode=\(enforce\|observe\) ms=[0-9]*\$"
}

# mail_headers FILE NAME-PATTERN: the lines of those header fields (further lines joined), as
# they stand; names in any case, blanks before the colon allowed.
mail_headers()
{
	awk -v pattern="^($2)[ \t]*:" '
		function put() { if (tolower(field) ~ tolower(pattern)) print field }
		/^\r?$/ { exit }
		/^[ \t]/ { sub(/^[ \t]+/, " "); field = field $0; next }
		{ put(); field = $0 }
		END { put() }' "$1"
}

mail_body()
{
	sed '1,/^\r\{0,1\}$/d' "$1"
}

# Tests about the whole log, at the end of a script.
log_tests()
{
	tap_is "$1: every log line about a mail can be read by a program" "$(unparseable_lines)" ""
	tap_is "$1: the log names no recipient" "$(grep -c "${recipient%@*}" "$dir/depeerd.log")" 0
	tap_is "$1: the log holds nothing of a body" \
		"$(grep -c 'words-of-the-body' "$dir/depeerd.log")" 0
	complaints_test "$1"
}

complaints_test()
{
	tap_is "$1: no complaint of a sanitizer or the C library" \
		"$(grep -a -A12 "$complaints" "$dir/depeerd.log" | head -n 40)" ""
}
