# shellcheck shell=bash
# The smoke test of a throw-away MTA, the same story for each. Sourced by postfix/smoke_test.sh
# and sendmail/smoke_test.sh (bash), which set
#   mta        the name in the test lines
#   instance   path of its instance script
#   foreign    options of smtp_client that make the client 198.51.100.7
# and call smoke_run. The filter in front is bench/noop_milter with a known verdict, so that a
# failure here is the harness's, never depeerd's. B is the flavour's folder of products.

# shellcheck disable=SC2154

B=${B:-build/release}
client=$B/harness/smtp/smtp_client
noop=$B/harness/bench/noop_milter
noop_pid=''
port=''

smoke_tests=(
	"plain|delivers a mail without a filter, bytes unchanged"
	"headers|adds the filter's two headers at the end of the message"
	"address|tells the filter the foreign client's address"
	"relay|refuses another domain's mail from a foreign client"
	"rcpt_reject|refuses at RCPT: 550 5.7.1"
	"eom_reject|refuses at the end of the message: 550 5.7.1"
	"eom_tempfail|asks to come later: 451 4.7.1"
	"quarantine|holds a quarantined mail, shows it and releases it"
	"dead_tempfail|answers 4xx while the filter is dead, default action tempfail"
	"dead_accept|delivers unmarked while the filter is dead, default action accept"
	"retry|delivers at a later try, when the filter is back"
	"cut|delivers nothing of a connection cut in the content"
	"many|200 mails over 20 connections: none lost, none doubled, all marked"
	"stop|leaves no process behind"
)

# noop ARGUMENTS...: (re)starts the filter.
noop_start()
{
	noop_stop
	(umask 0; exec "$noop" "$@" "unix:$dir/noop.sock" 2>>"$dir/noop.log") &
	noop_pid=$!
	mta_wait_for 10 test -S "$dir/noop.sock"
}

noop_stop()
{
	if [ -n "$noop_pid" ]; then
		# Not TERM: libmilter waits 5 s then.
		kill -9 "$noop_pid" 2>/dev/null
		wait "$noop_pid" 2>/dev/null
		noop_pid=
	fi
	rm -f "$dir/noop.sock"
}

mta_start()
{
	"$instance" start "$dir/mta" "$@" && "$instance" clear "$dir/mta" &&
		port=$("$instance" port "$dir/mta")
}

# send OPTIONS...: prints what the server said to the one mail: "STAGE CODE ENHANCED".
send()
{
	timeout 60 "$client" --server "127.0.0.1:$port" "$@" "$dir/mail.eml" | tr '\t' ' ' | cut -d' ' -f4-6
}

settle()
{
	"$instance" settle "$dir/mta" "$@"
}

# How many mails were delivered.
delivered()
{
	"$instance" mails "$dir/mta" | wc -l
}

# The lines of all delivered mails that match.
in_mails()
{
	local files
	mapfile -t files < <("$instance" mails "$dir/mta")
	[ "${#files[@]}" -eq 0 ] || grep -h "$@" "${files[@]}"
}

clear_mails()
{
	"$instance" clear "$dir/mta"
}

test_plain()
{
	mta_start || return
	tap_is "$1" "$(send) $(settle; delivered) $(in_mails -A9 '^Subject:' | md5sum)" \
		"eom 250 2.0.0 1 $(md5sum <"$dir/mail.eml")"
}

test_headers()
{
	noop_start --macros
	mta_start --milter "unix:$dir/noop.sock" --default-action tempfail
	tap_is "$1" "$(send) $(settle; in_mails -c '^X-Noop-Bytes: header=[0-9]* body=22$\|^X-Noop-Sum:')" \
		"eom 250 2.0.0 2"
}

test_address()
{
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}") $(settle; in_mails -o 'client=[^ ]*')" \
		"eom 250 2.0.0 client=198.51.100.7"
}

test_relay()
{
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}" --rcpt a@elsewhere.example | cut -d' ' -f1,3)" "rcpt 5.7.1"
}

test_rcpt_reject()
{
	noop_start --stage rcpt --action reject
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}") $(settle; delivered)" "rcpt 550 5.7.1 0"
}

test_eom_reject()
{
	noop_start --action reject
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}") $(settle; delivered)" "eom 550 5.7.1 0"
}

test_eom_tempfail()
{
	noop_start --action tempfail
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}") $(settle; delivered)" "eom 451 4.7.1 0"
}

test_quarantine()
{
	local said id shown
	noop_start --action quarantine
	clear_mails
	said=$(send "${foreign[@]}")
	settle
	id=$("$instance" held "$dir/mta")
	shown=$("$instance" show "$dir/mta" "$id" | grep -c '^Subject: smoke\|^X-Noop-Sum:\|^bare$')
	said="$said $(delivered) $shown"
	"$instance" release "$dir/mta" "$id" >/dev/null 2>&1
	mta_wait_for 20 test_released
	tap_is "$1" "$said $(delivered) $("$instance" held "$dir/mta" | wc -l)" "eom 250 2.0.0 0 3 1 0"
}

test_released()
{
	[ "$(delivered)" -eq 1 ]
}

test_dead_tempfail()
{
	noop_stop
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}" | grep -c ' 4[0-9][0-9] ') $(settle; delivered)" "1 0"
}

test_retry()
{
	local pid
	noop_stop
	mta_start --milter "unix:$dir/noop.sock" --default-action tempfail
	timeout 60 "$client" --server "127.0.0.1:$port" "${foreign[@]}" --retry 200 --retry-delay 100 \
		"$dir/mail.eml" >"$dir/retry.out" &
	pid=$!
	sleep 0.5
	noop_start
	wait "$pid"
	settle
	# Refused at least once, delivered once, marked.
	tap_is "$1" "$(awk -F'\t' '{ print $5, ($8 > 1) }' "$dir/retry.out") $(in_mails -c '^X-Noop-Sum:')" \
		"250 1 1"
}

test_dead_accept()
{
	noop_stop
	mta_start --milter "unix:$dir/noop.sock" --default-action accept
	tap_is "$1" "$(send "${foreign[@]}") $(settle; delivered) $(in_mails -c '^X-Noop')" \
		"eom 250 2.0.0 1 0"
}

test_cut()
{
	noop_start
	clear_mails
	tap_is "$1" "$(send "${foreign[@]}" --cut-after 20) $(settle; delivered)" "data 000 - 0"
}

test_many()
{
	local answered ids
	clear_mails
	answered=$(timeout 100 "$client" --server "127.0.0.1:$port" "${foreign[@]}" --count 200 --connections 20 \
		--session-messages 5 --test-id many --retry 20 "$dir/mail.eml" | cut -f5 | sort | uniq -c)
	settle 60
	read -r -d '' -a answered <<<"$answered"
	ids=$(in_mails '^X-Test-Id:')
	# Mails by code, different ids, ids, marked mails.
	tap_is "$1" "${answered[*]} $(sort -u <<<"$ids" | wc -l) $(wc -l <<<"$ids") $(in_mails \
		'^X-Noop-Sum:' | wc -l)" "200 250 200 200 200"
}

test_stop()
{
	"$instance" stop "$dir/mta"
	tap_is "$1" "$? $(mta_processes "$dir/mta")" "0 "
}

# Every process that has a file below a folder open, or works in it.
mta_processes()
{
	local process
	for process in /proc/[0-9]*; do
		case $(readlink "$process/cwd" 2>/dev/null) in
		"$1"/*) echo -n "${process#/proc/} $(cat "$process/comm") " ;;
		esac
	done
}

smoke_end()
{
	# A subshell that an error ends would otherwise clear up for all.
	[ "$BASHPID" -eq $$ ] || return
	noop_stop
	"$instance" stop "$dir/mta" 2>/dev/null
	rm -rf "$dir"
}

smoke_skip()
{
	local entry
	for entry in "${smoke_tests[@]}"; do
		tap_skip "$mta: ${entry#*|}" "$1"
	done
	exit 0
}

smoke_run()
{
	local entry why
	[ -x "$client" ] && [ -x "$noop" ] || smoke_skip "smtp_client and noop_milter are not built"
	dir=$(mta_work_dir "$B/$mta-smoke") || exit 1
	trap smoke_end EXIT
	trap 'exit 1' INT TERM
	printf '%s\n' 'Subject: smoke' 'From: a@client.example' '' 'bare' '.' '..dots' 'end' >"$dir/mail.eml"
	why=$("$instance" start "$dir/mta" 2>&1)
	case $? in
	0) ;;
	77) smoke_skip "$why" ;;
	*) echo "$why" ;;
	esac
	for entry in "${smoke_tests[@]}"; do
		"test_${entry%%|*}" "$mta: ${entry#*|}"
	done
	echo "1..$tap_count"
	exit $((tap_failed > 0))
}
