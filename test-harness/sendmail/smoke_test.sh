#!/bin/bash
# The throw-away Sendmail does what the end-to-end tests count on. TAP. It runs in a network of
# its own, in which the client's foreign address lives.
set -u
cd "$(dirname "$0")/../.." || exit 1
. test-harness/mta.sh
. test-harness/mta_smoke.sh
mta=sendmail
instance=test-harness/sendmail/instance
foreign=(--bind 198.51.100.7)

if [ "${1:-}" != inside ]; then
	# Fetched while there is a network.
	why=$("$instance" unpack 2>&1)
	[ $? -ne 77 ] || smoke_skip "$why"
	why=$(test-harness/netns -- true 2>&1)
	[ $? -ne 77 ] || smoke_skip "$why"
	hosts=$(mktemp) || exit 1
	printf '127.0.0.1 localhost\n198.51.100.7 mail.foreign.example\n' >"$hosts"
	B=$B test-harness/netns --hosts "$hosts" 198.51.100.7 -- "$0" inside
	status=$?
	rm -f "$hosts"
	exit $status
fi
smoke_run
