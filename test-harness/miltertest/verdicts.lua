-- Every verdict, as miltertest sees it: a milter client that is not ours. Globals: socket.
-- Prints TAP. The rules are in test-harness/e2e/miltertest_test.

local function report(ok, name, why)
	mt.echo((ok and "ok" or "not ok") .. " - miltertest: " .. name)
	if not ok and why then mt.echo("# " .. tostring(why)) end
end

-- Sends one step; a step that the filter did not want is no error here.
local function step(name, result)
	if result ~= nil and not string.find(tostring(result), "SMFIP_NO") then
		error(name .. ": " .. tostring(result))
	end
end

local function begin(ip, version, actions, steps)
	local conn = mt.connect(socket, 50, 0.1)
	if conn == nil then error("cannot connect") end
	-- miltertest 2.11 beta writes the steps where the protocol has the actions: hence this order
	if version then step("negotiate", mt.negotiate(conn, version, steps, actions)) end
	step("conninfo", mt.conninfo(conn, "mail.there.example", ip))
	step("helo", mt.helo(conn, "there.example"))
	return conn
end

-- One mail up to its end; returns the last reply. `at_rcpt`: stop there.
local function send(conn, mail)
	if mail.auth then
		mt.macro(conn, SMFIC_MAIL, "j", "mx.here.example", "{auth_authen}", mail.auth)
	else
		mt.macro(conn, SMFIC_MAIL, "j", "mx.here.example")
	end
	step("mail", mt.mailfrom(conn, "<a@there.example>"))
	mt.macro(conn, SMFIC_RCPT, "i", mail.id or "4F2A1")
	step("rcpt", mt.rcptto(conn, "<user@here.example>"))
	if mail.at_rcpt then return mt.getreply(conn) end
	for _, header in ipairs(mail.headers or {}) do
		step("header", mt.header(conn, header[1], header[2]))
	end
	step("header", mt.header(conn, "Subject", mail.subject or "hello"))
	step("eoh", mt.eoh(conn))
	for _, chunk in ipairs(mail.body or { "hello\r\n" }) do
		step("body", mt.bodystring(conn, chunk))
	end
	step("eom", mt.eom(conn))
	return mt.getreply(conn)
end

local function accepts(reply)
	return reply == SMFIR_ACCEPT or reply == SMFIR_CONTINUE
end

local function marked(conn, name, text)
	local value = mt.getheader(conn, name, 0)
	return value ~= nil and string.find(value, text, 1, true) ~= nil
end

local tests = {}

function tests.clean_mail_is_taken_with_three_headers()
	local conn = begin("192.0.2.25")
	local reply = send(conn, {})
	local ok = accepts(reply) and mt.eom_check(conn, MT_HDRINSERT, "X-Depeer-Score")
		and mt.eom_check(conn, MT_HDRINSERT, "X-Depeer-Rules")
		and mt.eom_check(conn, MT_HDRINSERT, "X-Depeer-Origin")
		and not mt.eom_check(conn, MT_QUARANTINE)
		and not mt.eom_check(conn, MT_BODYCHANGE)
		and marked(conn, "X-Depeer-Score", "action=accept")
	mt.disconnect(conn)
	return ok
end

function tests.mail_is_marked()
	local conn = begin("192.0.2.25")
	local ok = accepts(send(conn, { subject = "mark me" }))
		and marked(conn, "X-Depeer-Score", "6.0/10.0 action=tag")
		and marked(conn, "X-Depeer-Rules", "MARK:6.0")
		and marked(conn, "X-Spam-Flag", "YES")
	mt.disconnect(conn)
	return ok
end

function tests.mail_is_held()
	local conn = begin("192.0.2.25")
	local ok = accepts(send(conn, { subject = "hold me" }))
		and mt.eom_check(conn, MT_QUARANTINE)
		and marked(conn, "X-Depeer-Score", "action=quarantine")
	mt.disconnect(conn)
	return ok
end

function tests.mail_is_refused_at_its_end_the_link_cut_between_chunks()
	local conn = begin("192.0.2.25")
	local reply = send(conn, { body = { "see http://pil", "ls.exam", "ple/buy\r\n" } })
	local ok = reply == SMFIR_REPLYCODE
	mt.disconnect(conn)
	return ok
end

function tests.listed_client_is_refused_at_rcpt()
	local conn = begin("203.0.113.9")
	local ok = send(conn, { at_rcpt = true }) == SMFIR_REPLYCODE
	mt.disconnect(conn)
	return ok
end

function tests.authenticated_client_passes()
	local conn = begin("203.0.113.9")
	local ok = send(conn, { auth = "alice", at_rcpt = true }) == SMFIR_ACCEPT
	mt.disconnect(conn)
	return ok
end

function tests.peer_passes()
	local conn = begin("198.51.100.1")
	local ok = send(conn, { at_rcpt = true }) == SMFIR_ACCEPT
	mt.disconnect(conn)
	return ok
end

function tests.client_of_an_unknown_family()
	local conn = begin("unspec")
	local ok = accepts(send(conn, { subject = "mark me" }))
		and marked(conn, "X-Depeer-Origin", "client=unknown")
	mt.disconnect(conn)
	return ok
end

function tests.forged_headers_are_deleted()
	local conn = begin("192.0.2.25")
	local ok = accepts(send(conn, { headers = { { "X-Depeer-Score", "0" },
		{ "x-depeer-SCORE", "1\n\t2" }, { "X-Depeer-Other", "3" } } }))
		and mt.eom_check(conn, MT_HDRDELETE, "X-Depeer-Score")
		and mt.eom_check(conn, MT_HDRDELETE, "X-Depeer-Other")
		and mt.eom_check(conn, MT_HDRINSERT, "X-Depeer-Score")
	mt.disconnect(conn)
	return ok
end

function tests.several_mails_on_one_connection()
	local conn = begin("192.0.2.25")
	local ok = true
	for i = 1, 10 do
		ok = ok and send(conn, { body = { "http://pills.example/buy\r\n" }, id = "4F2A" .. i })
			== SMFIR_REPLYCODE
		ok = ok and accepts(send(conn, { id = "4F2B" .. i }))
	end
	mt.disconnect(conn)
	return ok
end

function tests.a_mail_given_up_leaves_nothing()
	local conn = begin("192.0.2.25")
	step("mail", mt.mailfrom(conn, "<a@there.example>"))
	step("rcpt", mt.rcptto(conn, "<user@here.example>"))
	step("header", mt.header(conn, "Subject", "mark me"))
	mt.abort(conn)
	local ok = accepts(send(conn, {})) and marked(conn, "X-Depeer-Score", "0.0/10.0")
	mt.disconnect(conn)
	return ok
end

function tests.an_mta_of_version_2()
	local conn = begin("192.0.2.25", 2, 0x3f, 0x7f)
	local reply = send(conn, { body = { "http://pills.example/buy\r\n" } })
	mt.disconnect(conn)
	return reply == SMFIR_REPLYCODE
end

function tests.an_mta_without_quarantine()
	local conn = begin("192.0.2.25", 6, 0x1df, 0x1fffff)
	local ok = accepts(send(conn, { subject = "hold me" }))
		and not mt.eom_check(conn, MT_QUARANTINE)
		and marked(conn, "X-Depeer-Score", "action=tag")
	mt.disconnect(conn)
	return ok
end

function tests.connections_cut_without_a_word()
	for i = 1, 20 do
		local conn = mt.connect(socket)
		if i % 2 == 0 then mt.negotiate(conn, nil, nil, nil) end
		mt.disconnect(conn, false)
	end
	local conn = begin("192.0.2.25")
	local ok = accepts(send(conn, {}))
	mt.disconnect(conn)
	return ok
end

local names = {}
for name in pairs(tests) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do
	local ran, ok = pcall(tests[name])
	report(ran and ok, (string.gsub(name, "_", " ")), ok)
end
