/*
 * The client's side of one SMTP connection. Plain blocking calls with a timeout: the tests'
 * parallelism is one thread a connection, so that this reads like the protocol.
 */
#include "test-harness/smtp/session.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

const char *const smtp_stage_names[SMTP_STAGES] = {
	"connect", "helo", "mail", "rcpt", "data", "eom"
};

void smtp_session_init(struct smtp_session *session)
{
	memset(session, 0, sizeof(*session));
	session->fd = -1;
}

static void hang_up(struct smtp_session *session)
{
	if (session->fd >= 0)
		close(session->fd);
	smtp_session_init(session);
}

/* No answer: hangs up and says why. Always false. */
static bool no_answer(struct smtp_session *session, struct smtp_reply *reply,
	enum smtp_stage stage, const char *why)
{
	hang_up(session);
	memset(reply, 0, sizeof(*reply));
	reply->stage = stage;
	snprintf(reply->enhanced, sizeof(reply->enhanced), "-");
	snprintf(reply->text, sizeof(reply->text), "%s", why);
	return false;
}

static bool write_all(struct smtp_session *session, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = send(session->fd, data, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		length -= (size_t)n;
	}
	return true;
}

/* One line without its end, cut at size. False at the end of the connection. */
static bool read_line(struct smtp_session *session, char *line, size_t size)
{
	size_t used = 0;

	for (;;) {
		while (session->taken < session->filled) {
			char c = session->buffer[session->taken++];

			if (c == '\n') {
				line[used] = '\0';
				return true;
			}
			if (c != '\r' && used + 1 < size)
				line[used++] = (unsigned char)c < ' ' ? ' ' : c;
		}
		ssize_t n = recv(session->fd, session->buffer, sizeof(session->buffer), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		session->filled = (size_t)n;
		session->taken = 0;
	}
}

/* Takes "5.7.1 " off the front of an answer's text. */
static const char *take_enhanced(const char *text, char *enhanced, size_t size)
{
	size_t length = strspn(text, "0123456789.");

	if (length >= 5 && length < size && text[1] == '.' &&
	    (text[length] == ' ' || text[length] == '\0')) {
		memcpy(enhanced, text, length);
		enhanced[length] = '\0';
		return text + length + (text[length] == ' ');
	}
	return text;
}

static void add_text(struct smtp_reply *reply, const char *text)
{
	size_t used = strlen(reply->text);

	snprintf(reply->text + used, sizeof(reply->text) - used, "%s%s", used > 0 ? " | " : "",
		text);
}

/* True when there was an answer, whichever. */
static bool read_reply(struct smtp_session *session, struct smtp_reply *reply,
	enum smtp_stage stage)
{
	char line[1024] = "";

	memset(reply, 0, sizeof(*reply));
	reply->stage = stage;
	snprintf(reply->enhanced, sizeof(reply->enhanced), "-");
	do {
		if (!read_line(session, line, sizeof(line)))
			return no_answer(session, reply, stage, "connection lost");
		if (strspn(line, "0123456789") != 3)
			return no_answer(session, reply, stage, "not an SMTP answer");
		reply->code = atoi(line);
		if (line[3] != '\0')
			add_text(reply, take_enhanced(line + 4, reply->enhanced,
				sizeof(reply->enhanced)));
	} while (line[3] == '-');
	return true;
}

static bool command(struct smtp_session *session, const char *verb, const char *argument,
	const char *end)
{
	char line[2048];
	int length = snprintf(line, sizeof(line), "%s%s%s\r\n", verb, argument, end);

	return length > 0 && (size_t)length < sizeof(line) &&
		write_all(session, line, (size_t)length);
}

/* Hangs up where the target says so. */
static bool cut_here(struct smtp_session *session, const struct smtp_target *target,
	struct smtp_reply *reply)
{
	if (target->cut_stage != (int)reply->stage)
		return false;
	hang_up(session);
	reply->cut = true;
	return true;
}

static bool positive(const struct smtp_reply *reply)
{
	return reply->code >= 200 && reply->code < 400;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool bind_source(int fd, const char *source)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	bool bound;

	if (getaddrinfo(source, NULL, &hints, &found) != 0)
		return false;
	bound = bind(fd, found->ai_addr, found->ai_addrlen) == 0;
	freeaddrinfo(found);
	return bound;
}

static int connect_found(const struct addrinfo *found, const char *source)
{
	int one = 1;
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if ((source != NULL && !bind_source(fd, source)) ||
	    connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* "HOST:PORT" or "[IPv6]:PORT". */
static int connect_inet(const char *server, const char *source)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *found;
	char host[256];
	const char *colon = strrchr(server, ':');
	const char *start = server[0] == '[' ? server + 1 : server;
	size_t length;
	int fd = -1;

	if (colon == NULL || colon <= start)
		return -1;
	length = (size_t)(colon - start) - (server[0] == '[' && colon[-1] == ']');
	if (length >= sizeof(host))
		return -1;
	memcpy(host, start, length);
	host[length] = '\0';
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -1;
	for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next)
		fd = connect_found(a, source);
	freeaddrinfo(found);
	return fd;
}

static bool greet(struct smtp_session *session, const struct smtp_target *target,
	struct smtp_reply *reply)
{
	if (!command(session, "EHLO ", target->helo, ""))
		return no_answer(session, reply, SMTP_HELO, "connection lost");
	return read_reply(session, reply, SMTP_HELO) && positive(reply);
}

/* After XCLIENT the server begins anew with its greeting, judged by the new address. */
static bool xclient(struct smtp_session *session, const struct smtp_target *target,
	struct smtp_reply *reply)
{
	if (!command(session, "XCLIENT ", target->xclient, ""))
		return no_answer(session, reply, SMTP_HELO, "connection lost");
	return read_reply(session, reply, SMTP_HELO) && positive(reply) &&
		greet(session, target, reply);
}

bool smtp_session_open(struct smtp_session *session, const struct smtp_target *target,
	struct smtp_reply *reply)
{
	struct timeval timeout = { .tv_sec = target->timeout };

	smtp_session_init(session);
	if (strncmp(target->server, "unix:", 5) == 0)
		session->fd = connect_unix(target->server + 5);
	else
		session->fd = connect_inet(target->server, target->bind);
	if (session->fd < 0)
		return no_answer(session, reply, SMTP_CONNECT, strerror(errno));
	setsockopt(session->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(session->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (!read_reply(session, reply, SMTP_CONNECT) || cut_here(session, target, reply))
		return false;
	if (!positive(reply) || !greet(session, target, reply) ||
	    (target->xclient != NULL && !xclient(session, target, reply))) {
		smtp_session_close(session);
		return false;
	}
	return !cut_here(session, target, reply);
}

/* Keeps the session usable after a refused command. Always false. */
static bool give_up(struct smtp_session *session, const struct smtp_reply *reply)
{
	struct smtp_reply ignored;

	if (reply->code == 421)
		hang_up(session);
	if (session->fd >= 0 && (!command(session, "RSET", "", "") ||
	    !read_reply(session, &ignored, SMTP_MAIL)))
		hang_up(session);
	return false;
}

/* Answers of MAIL and of each RCPT, whether they were asked for one by one or at once. */
static bool send_envelope(struct smtp_session *session, const struct smtp_target *target,
	const struct smtp_mail *mail, struct smtp_reply *reply, size_t *accepted)
{
	struct smtp_reply answer;
	bool ok = command(session, "MAIL FROM:<", mail->from, ">");

	for (size_t i = 0; ok && target->pipelining && i < mail->rcpt_count; i++)
		ok = command(session, "RCPT TO:<", mail->rcpts[i], ">");
	if (!ok)
		return no_answer(session, reply, SMTP_MAIL, "connection lost");
	if (!read_reply(session, reply, SMTP_MAIL) || cut_here(session, target, reply))
		return false;
	if (!positive(reply) && !target->pipelining)
		return give_up(session, reply);
	ok = positive(reply);
	for (size_t i = 0; i < mail->rcpt_count; i++) {
		if (!target->pipelining && !command(session, "RCPT TO:<", mail->rcpts[i], ">"))
			return no_answer(session, reply, SMTP_RCPT, "connection lost");
		if (!read_reply(session, &answer, SMTP_RCPT)) {
			*reply = answer;
			return false;
		}
		*accepted += positive(&answer);
		/* The refusal of MAIL is what counts; of recipients, the last refusal. */
		if (ok && (i == 0 || !positive(&answer)))
			*reply = answer;
		if (answer.code == 421)
			break;
	}
	if (cut_here(session, target, reply))
		return false;
	return *accepted > 0 ? true : give_up(session, reply);
}

static bool send_content(struct smtp_session *session, const struct smtp_target *target,
	const struct smtp_mail *mail, struct smtp_reply *reply)
{
	size_t head = strlen(mail->head);
	size_t length = mail->content_length;

	if (target->cut_after >= 0 && (size_t)target->cut_after < head + length) {
		size_t cut = (size_t)target->cut_after;

		write_all(session, mail->head, cut < head ? cut : head);
		write_all(session, mail->content, cut > head ? cut - head : 0);
		no_answer(session, reply, SMTP_DATA, "cut in the content");
		reply->cut = true;
		return false;
	}
	if (!write_all(session, mail->head, head) ||
	    !write_all(session, mail->content, length) || !write_all(session, ".\r\n", 3))
		return no_answer(session, reply, SMTP_EOM, "connection lost");
	return true;
}

void smtp_session_send(struct smtp_session *session, const struct smtp_target *target,
	const struct smtp_mail *mail, struct smtp_reply *reply, size_t *accepted)
{
	*accepted = 0;
	session->sent++;
	if (!send_envelope(session, target, mail, reply, accepted))
		return;
	if (!command(session, "DATA", "", "")) {
		no_answer(session, reply, SMTP_DATA, "connection lost");
		return;
	}
	if (!read_reply(session, reply, SMTP_DATA) || cut_here(session, target, reply))
		return;
	if (reply->code != 354) {
		give_up(session, reply);
		return;
	}
	if (!send_content(session, target, mail, reply) ||
	    !read_reply(session, reply, SMTP_EOM) || cut_here(session, target, reply))
		return;
	if (reply->code == 421)
		hang_up(session);
}

void smtp_session_close(struct smtp_session *session)
{
	struct smtp_reply ignored;

	if (session->fd >= 0 && command(session, "QUIT", "", ""))
		read_reply(session, &ignored, SMTP_EOM);
	hang_up(session);
}

char *smtp_wire_form(const char *file, size_t length, size_t *wire_length)
{
	const char *end = file + length;
	char *wire = malloc(2 * length + 3);	/* a line of one LF or of one dot doubles */
	char *w = wire;
	bool at_start = true;

	if (wire == NULL)
		return NULL;
	if (length >= 5 && memcmp(file, "From ", 5) == 0) {
		const char *line_end = memchr(file, '\n', length);

		file = line_end != NULL ? line_end + 1 : end;
	}
	for (; file < end; file++) {
		if (at_start && *file == '.')
			*w++ = '.';
		if (*file == '\n' && (w == wire || w[-1] != '\r'))
			*w++ = '\r';
		*w++ = *file;
		at_start = *file == '\n';
	}
	if (!at_start || w == wire) {
		*w++ = '\r';
		*w++ = '\n';
	}
	*wire_length = (size_t)(w - wire);
	return wire;
}
