/* test-harness/fake_dns: see fake_dns.h. The wire: RFC 1035 4.1. */
#include "test-harness/fake_dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/name.h"
#include "dns/table.h"

enum {
	PACKET_MAX = 65535, UDP_MAX = 1232, HEADER = 12, MANY = 512,
	CONNECTIONS = 64, LATER_MAX = 8192, SEEN_MAX = 65536,
	TYPE_CNAME = 5, TYPE_SOA = 6, CLASS_IN = 1,
	RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5,
	FLAG_QR = 0x8000, FLAG_TC = 0x0200, FLAG_RD = 0x0100, FLAG_RA = 0x0080
};

/* An answer on its way, when it is slow. */
struct later {
	uint64_t at;
	struct sockaddr_in to;
	struct buf packet;
};

struct seen {
	char name[DNS_NAME_TEXT_MAX];
	unsigned type;
	size_t times;
};

struct fake_dns {
	int udp, tcp, stop[2];
	int connections[CONNECTIONS]; /* -1: free */
	char address[32];
	pthread_t thread;
	struct dns_table *table;
	struct later *later; /* a queue by time */
	size_t later_n;
	pthread_mutex_t lock; /* of what follows */
	enum fake_dns_mode mode;
	unsigned argument;
	size_t packets, answered;
	struct seen *seen; /* a hash table of SEEN_MAX with open addressing */
	size_t seen_n;
};

/* One question as received, and the mode it meets. */
struct query {
	unsigned id, type;
	char name[DNS_NAME_TEXT_MAX];
	size_t name_len;
	bool tcp;
	enum fake_dns_mode mode;
	unsigned argument;
	bool dead; /* FAKE_DNS_DYING, and the answers are used up */
};

const char *fake_dns_mode_name(enum fake_dns_mode mode)
{
	static const char *const names[FAKE_DNS_MODES] = { "zone", "silent", "slow", "servfail",
		"refused", "truncated", "cname-loop", "many", "lying", "referral", "odd",
		"other-question", "wrong-id", "half", "dying" };

	return names[mode];
}

/* ---- writing ---- */

static void put16(struct buf *out, unsigned value)
{
	buf_add_byte(out, (char)(value >> 8));
	buf_add_byte(out, (char)value);
}

static void put32(struct buf *out, uint32_t value)
{
	put16(out, value >> 16);
	put16(out, value & 0xffff);
}

static void put_name(struct buf *out, struct str name)
{
	unsigned char wire[DNS_NAME_MAX + 2];

	buf_add(out, (const char *)wire, dns_name_to_wire(name, wire));
}

static void set16(struct buf *out, size_t at, unsigned value)
{
	out->ptr[at] = (char)(value >> 8);
	out->ptr[at + 1] = (char)value;
}

static unsigned get16(struct str data, size_t at)
{
	return (unsigned)((unsigned char)data.ptr[at] << 8 | (unsigned char)data.ptr[at + 1]);
}

/* One record more in the answer section. */
static void put_record(struct buf *out, struct str owner, unsigned type, uint32_t ttl,
	struct str data)
{
	put_name(out, owner);
	put16(out, type);
	put16(out, CLASS_IN);
	put32(out, ttl);
	put16(out, (unsigned)data.len);
	buf_add_str(out, data);
	set16(out, 6, get16(buf_str(out), 6) + 1);
}

static void put_cname(struct buf *out, struct str owner, struct str target, uint32_t ttl)
{
	unsigned char wire[DNS_NAME_MAX + 2];
	size_t len = dns_name_to_wire(target, wire);

	put_record(out, owner, TYPE_CNAME, ttl, str_make((const char *)wire, len));
}

static void begin_answer(struct buf *out, const struct query *query, unsigned flags)
{
	put16(out, query->id);
	put16(out, FLAG_QR | FLAG_RD | FLAG_RA | flags);
	put16(out, 1);
	put16(out, 0);
	put32(out, 0);
	put_name(out, str_make(query->name, query->name_len));
	put16(out, query->type);
	put16(out, CLASS_IN);
}

static void data_of(struct buf *out, enum dns_type type, const struct dns_record *record)
{
	struct str text = record->text;

	if (type == DNS_A)
		buf_add(out, (const char *)record->ip.bytes + 12, 4);
	else if (type == DNS_AAAA)
		buf_add(out, (const char *)record->ip.bytes, 16);
	else if (type == DNS_TXT)
		for (size_t at = 0; at == 0 || at < text.len; at += 255) {
			struct str part = str_slice(text, at, at + 255);

			buf_add_byte(out, (char)part.len);
			buf_add_str(out, part);
		}
	else {
		if (type == DNS_MX)
			put16(out, record->preference);
		put_name(out, text);
	}
}

static void put_records(struct buf *out, struct str owner, const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++) {
		struct buf data = { 0 };

		data_of(&data, answer->type, &answer->records[i]);
		put_record(out, owner, answer->type, answer->ttl, buf_str(&data));
		buf_free(&data);
	}
}

/* The record written last stands in the authority section, the only one there. */
static void move_to_authority(struct buf *out)
{
	set16(out, 6, get16(buf_str(out), 6) - 1);
	set16(out, 8, 1);
}

/* Who says that there is nothing, and for how long (RFC 2308 3). */
static void put_soa(struct buf *out, uint32_t ttl)
{
	struct buf data = { 0 };

	put_name(&data, STR("ns.example"));
	put_name(&data, STR("root.example"));
	for (int i = 0; i < 4; i++)
		put32(&data, 1);
	put32(&data, ttl);
	put_record(out, STR("example"), TYPE_SOA, ttl, buf_str(&data));
	move_to_authority(out);
	buf_free(&data);
}

/* ---- answers ---- */

static unsigned rcode_of(enum dns_status status)
{
	if (status == DNS_NXDOMAIN)
		return RCODE_NXDOMAIN;
	if (status == DNS_SERVFAIL)
		return RCODE_SERVFAIL;
	return status == DNS_REFUSED ? RCODE_REFUSED : 0;
}

/* False: silence. */
static bool answer_by_table(const struct fake_dns *server, const struct query *query,
	struct buf *out)
{
	struct str owner = str_make(query->name, query->name_len);
	struct dns_answer answer;

	if (!dns_table_find(server->table, owner, (enum dns_type)query->type, &answer))
		answer.status = DNS_REFUSED;
	if (answer.status == DNS_TIMEOUT)
		return false;
	begin_answer(out, query, rcode_of(answer.status));
	if (answer.status == DNS_REFUSED)
		return true;
	if (answer.canonical.len > 0) {
		put_cname(out, owner, answer.canonical, answer.ttl);
		owner = answer.canonical;
	}
	put_records(out, owner, &answer);
	if (answer.status == DNS_NXDOMAIN || answer.status == DNS_NODATA)
		put_soa(out, answer.ttl);
	return true;
}

static bool answer_many(const struct query *query, struct buf *out)
{
	struct dns_record record = { .ip = ip_from_v4(0xcb007100) };
	struct dns_answer one = { .type = (enum dns_type)query->type, .ttl = 300,
		.records = &record, .n = 1 };

	begin_answer(out, query, 0);
	for (unsigned i = 0; i < MANY; i++) {
		record.ip.bytes[14] = (unsigned char)(i >> 8);
		record.ip.bytes[15] = (unsigned char)i;
		record.text = STR("many.example");
		put_records(out, str_make(query->name, query->name_len), &one);
	}
	return true;
}

static bool answer_loop(const struct query *query, struct buf *out)
{
	static const char *const before[] = { "", "loop1.", "loop2." };
	bool within = strncmp(query->name, "loop", 4) == 0 && query->name[4] != '\0' &&
		query->name[5] == '.';
	const char *base = query->name + (within ? 6 : 0);
	char names[3][DNS_NAME_TEXT_MAX + 8];

	for (int i = 0; i < 3; i++)
		snprintf(names[i], sizeof(names[i]), "%s%s", before[i], base);
	begin_answer(out, query, 0);
	for (int i = 0; i < 3; i++)
		put_cname(out, str_from(names[i]), str_from(names[(i + 1) % 3]), 300);
	return true;
}

static bool answer_lie(const struct query *query, struct buf *out)
{
	struct dns_record record = { .ip = ip_from_v4(0xcb007107), .text = STR("liar.example") };
	struct dns_answer one = { .type = (enum dns_type)query->type, .ttl = 300,
		.records = &record, .n = 1 };

	begin_answer(out, query, 0);
	put_records(out, STR("liar.example"), &one);
	return true;
}

static bool answer_referral(const struct query *query, struct buf *out)
{
	begin_answer(out, query, 0);
	put_record(out, STR("example"), DNS_NS, 300, str_make("\2ns\7example\0", 12));
	move_to_authority(out);
	return true;
}

static bool answer_odd(const struct query *query, struct buf *out)
{
	static const struct str odd = { "\6a.b\0\xff\x1b\7example\0", 16 };
	struct str owner = str_make(query->name, query->name_len);
	struct buf data = { 0 };

	begin_answer(out, query, 0);
	if (query->type == DNS_MX)
		put16(&data, 10);
	buf_add(&data, odd.ptr, query->type == DNS_TXT ? 7 : odd.len);
	put_record(out, owner, query->type, 300, buf_str(&data));
	data.len = query->type == DNS_MX ? 2 : 0;
	buf_add(&data, "\4good\7example\0", query->type == DNS_TXT ? 13 : 14);
	put_record(out, owner, query->type, 300, buf_str(&data));
	buf_free(&data);
	return true;
}

static bool answer_empty(const struct query *query, unsigned flags, struct buf *out)
{
	begin_answer(out, query, flags);
	return true;
}

/* What goes out; false: nothing. */
static bool compose(const struct fake_dns *server, struct query *query, struct buf *out)
{
	switch (query->mode) {
	case FAKE_DNS_SILENT:
		return false;
	case FAKE_DNS_SERVFAIL:
		return answer_empty(query, RCODE_SERVFAIL, out);
	case FAKE_DNS_REFUSED:
		return answer_empty(query, RCODE_REFUSED, out);
	case FAKE_DNS_TRUNCATED:
	case FAKE_DNS_HALF:
		if (!query->tcp)
			return answer_empty(query, FLAG_TC, out);
		break;
	case FAKE_DNS_CNAME_LOOP:
		return answer_loop(query, out);
	case FAKE_DNS_MANY:
		return answer_many(query, out);
	case FAKE_DNS_LYING:
		return answer_lie(query, out);
	case FAKE_DNS_REFERRAL:
		return answer_referral(query, out);
	case FAKE_DNS_ODD:
		return answer_odd(query, out);
	case FAKE_DNS_OTHER_QUESTION:
		query->name_len = (size_t)snprintf(query->name, sizeof(query->name), "liar.example");
		break;
	case FAKE_DNS_WRONG_ID:
		query->id = (query->id + 1) & 0xffff;
		break;
	case FAKE_DNS_DYING:
		if (query->dead)
			return false;
		break;
	default:
		break;
	}
	return answer_by_table(server, query, out);
}

/* ---- receiving ---- */

/* Its place, or the free one it would have; NULL when the table is full. */
static struct seen *find_seen(struct fake_dns *server, const char *name, unsigned type)
{
	uint32_t hash = type;

	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619;
	for (size_t i = 0; i < SEEN_MAX; i++) {
		struct seen *seen = &server->seen[(hash + i) % SEEN_MAX];

		if (seen->times == 0 || (seen->type == type && strcmp(seen->name, name) == 0))
			return seen;
	}
	return NULL;
}

static void count(struct fake_dns *server, struct query *query)
{
	struct seen *seen;

	pthread_mutex_lock(&server->lock);
	query->mode = server->mode;
	query->argument = server->argument;
	query->dead = server->answered >= server->argument;
	server->answered++;
	server->packets++;
	seen = find_seen(server, query->name, query->type);
	if (seen != NULL && seen->times++ == 0) {
		server->seen_n++;
		seen->type = query->type;
		memcpy(seen->name, query->name, query->name_len + 1);
	}
	pthread_mutex_unlock(&server->lock);
}

static bool read_query(struct str packet, struct query *query)
{
	size_t used;

	if (packet.len < HEADER || (get16(packet, 2) & FLAG_QR) != 0 || get16(packet, 4) != 1)
		return false;
	query->id = get16(packet, 0);
	packet = str_slice(packet, HEADER, packet.len);
	query->name_len = dns_name_from_wire(packet, query->name, &used);
	if (query->name_len == 0 || packet.len < used + 4)
		return false;
	query->type = get16(packet, used);
	return true;
}

static void send_udp(struct fake_dns *server, const struct sockaddr_in *to, struct buf *packet)
{
	sendto(server->udp, packet->ptr, packet->len, 0, (const struct sockaddr *)to, sizeof(*to));
}

static void delay(struct fake_dns *server, unsigned ms, const struct sockaddr_in *to,
	struct buf *packet)
{
	struct later later = { clock_monotonic_us() + ms * (uint64_t)1000, *to, *packet };
	size_t at = server->later_n;

	if (at == LATER_MAX) {
		buf_free(packet);
		return;
	}
	for (server->later_n++; at > 0 && server->later[at - 1].at > later.at; at--)
		server->later[at] = server->later[at - 1];
	server->later[at] = later;
}

static void receive_udp(struct fake_dns *server)
{
	struct query query = { .tcp = false };
	struct buf out = { 0 };
	char packet[PACKET_MAX];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(server->udp, packet, sizeof(packet), MSG_DONTWAIT,
		(struct sockaddr *)&from, &from_len);

	if (n < 0 || !read_query(str_make(packet, (size_t)n), &query))
		return;
	count(server, &query);
	if (!compose(server, &query, &out)) {
		buf_free(&out);
		return;
	}
	if (out.len > UDP_MAX) {
		out.len = 0;
		answer_empty(&query, FLAG_TC, &out);
	}
	if (query.mode == FAKE_DNS_SLOW) {
		delay(server, query.argument, &from, &out); /* takes `out` */
		return;
	}
	send_udp(server, &from, &out);
	buf_free(&out);
}

static bool read_fully(int fd, char *out, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, out + have, len - have);

		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

/* False: the connection is done. */
static bool receive_tcp(struct fake_dns *server, int fd)
{
	struct query query = { .tcp = true };
	struct buf out = { 0 };
	char packet[PACKET_MAX];
	bool more = true;
	size_t len;

	if (!read_fully(fd, packet, 2))
		return false;
	len = get16(str_make(packet, 2), 0);
	if (!read_fully(fd, packet, len) || !read_query(str_make(packet, len), &query))
		return false;
	count(server, &query);
	if (query.mode == FAKE_DNS_SLOW)
		poll(NULL, 0, (int)query.argument);
	if (compose(server, &query, &out)) {
		struct buf framed = { 0 };

		more = query.mode != FAKE_DNS_HALF;
		put16(&framed, (unsigned)out.len);
		buf_add(&framed, out.ptr, more ? out.len : out.len / 2);
		more = send(fd, framed.ptr, framed.len, MSG_NOSIGNAL) == (ssize_t)framed.len && more;
		buf_free(&framed);
	}
	buf_free(&out);
	return more;
}

static void accept_tcp(struct fake_dns *server)
{
	struct timeval patience = { .tv_sec = 2 };
	int fd = accept(server->tcp, NULL, NULL);

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (server->connections[i] < 0) {
			server->connections[i] = fd;
			return;
		}
	close(fd);
}

/* Sends what is due; milliseconds until the next, -1: there is none. */
static int send_due(struct fake_dns *server)
{
	uint64_t now = clock_monotonic_us();
	size_t n = 0;

	for (; n < server->later_n && server->later[n].at <= now; n++) {
		send_udp(server, &server->later[n].to, &server->later[n].packet);
		buf_free(&server->later[n].packet);
	}
	server->later_n -= n;
	memmove(server->later, server->later + n, server->later_n * sizeof(server->later[0]));
	return server->later_n == 0 ? -1 : (int)((server->later[0].at - now) / 1000) + 1;
}

static void *serve(void *self)
{
	struct fake_dns *server = self;
	struct pollfd fds[3 + CONNECTIONS];

	for (;;) {
		fds[0] = (struct pollfd){ .fd = server->stop[0], .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = server->udp, .events = POLLIN };
		fds[2] = (struct pollfd){ .fd = server->tcp, .events = POLLIN };
		for (size_t i = 0; i < CONNECTIONS; i++)
			fds[3 + i] = (struct pollfd){ .fd = server->connections[i], .events = POLLIN };
		poll(fds, 3 + CONNECTIONS, send_due(server));
		if (fds[0].revents != 0)
			return NULL;
		if (fds[1].revents != 0)
			receive_udp(server);
		for (size_t i = 0; i < CONNECTIONS; i++)
			if (fds[3 + i].revents != 0 && !receive_tcp(server, server->connections[i])) {
				close(server->connections[i]);
				server->connections[i] = -1;
			}
		if (fds[2].revents != 0)
			accept_tcp(server);
	}
}

/* ---- the server ---- */

/* Both sockets on one port. */
static bool bind_both(struct fake_dns *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int size = 4 * 1024 * 1024;

	for (int attempt = 0; attempt < 20; attempt++) {
		address.sin_port = 0;
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		setsockopt(server->udp, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		if (bind(server->udp, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			getsockname(server->udp, (struct sockaddr *)&address, &len) == 0 &&
			bind(server->tcp, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			listen(server->tcp, CONNECTIONS) == 0) {
			snprintf(server->address, sizeof(server->address), "127.0.0.1@%u",
				ntohs(address.sin_port));
			return true;
		}
		close(server->udp);
		close(server->tcp);
		server->udp = server->tcp = -1;
	}
	return false;
}

struct fake_dns *fake_dns_start(const char *table)
{
	struct fake_dns *server = calloc(1, sizeof(*server));
	struct diags diags = { 0 };

	if (server == NULL)
		return NULL;
	server->udp = server->tcp = server->stop[0] = server->stop[1] = -1;
	for (size_t i = 0; i < CONNECTIONS; i++)
		server->connections[i] = -1;
	server->later = calloc(LATER_MAX, sizeof(server->later[0]));
	server->seen = calloc(SEEN_MAX, sizeof(server->seen[0]));
	server->table = dns_table_parse("fake_dns", str_from(table), &diags);
	diags_print(&diags, stdout);
	diags_clear(&diags);
	pthread_mutex_init(&server->lock, NULL);
	if (server->later != NULL && server->seen != NULL && server->table != NULL &&
		bind_both(server) && pipe(server->stop) == 0 &&
		pthread_create(&server->thread, NULL, serve, server) == 0)
		return server;
	close(server->stop[1]);
	server->stop[1] = -1; /* no thread to be waited for */
	fake_dns_stop(&server);
	return NULL;
}

void fake_dns_stop(struct fake_dns **server)
{
	struct fake_dns *old = *server;

	*server = NULL;
	if (old == NULL)
		return;
	if (old->stop[1] >= 0) {
		close(old->stop[1]);
		pthread_join(old->thread, NULL);
	}
	close(old->stop[0]);
	close(old->udp);
	close(old->tcp);
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (old->connections[i] >= 0)
			close(old->connections[i]);
	for (size_t i = 0; i < old->later_n; i++)
		buf_free(&old->later[i].packet);
	dns_table_free(&old->table);
	pthread_mutex_destroy(&old->lock);
	free(old->later);
	free(old->seen);
	free(old);
}

const char *fake_dns_address(const struct fake_dns *server)
{
	return server->address;
}

void fake_dns_set(struct fake_dns *server, enum fake_dns_mode mode, unsigned argument)
{
	pthread_mutex_lock(&server->lock);
	server->mode = mode;
	server->argument = argument;
	server->answered = 0;
	pthread_mutex_unlock(&server->lock);
}

size_t fake_dns_packets(struct fake_dns *server)
{
	size_t n;

	pthread_mutex_lock(&server->lock);
	n = server->packets;
	pthread_mutex_unlock(&server->lock);
	return n;
}

size_t fake_dns_questions(struct fake_dns *server)
{
	size_t n;

	pthread_mutex_lock(&server->lock);
	n = server->seen_n;
	pthread_mutex_unlock(&server->lock);
	return n;
}

size_t fake_dns_asked(struct fake_dns *server, const char *name, enum dns_type type)
{
	const struct seen *seen;
	size_t n;

	pthread_mutex_lock(&server->lock);
	seen = find_seen(server, name, type);
	n = seen == NULL ? 0 : seen->times;
	pthread_mutex_unlock(&server->lock);
	return n;
}

void fake_dns_forget(struct fake_dns *server)
{
	pthread_mutex_lock(&server->lock);
	server->packets = server->answered = server->seen_n = 0;
	memset(server->seen, 0, SEEN_MAX * sizeof(server->seen[0]));
	pthread_mutex_unlock(&server->lock);
}
