/* Packets on a socket. Everything that leaves goes through send_bytes, which knows the cuts, so
 * that any conversation can be cut anywhere without its writer knowing. */
#include "test-harness/fake_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PACKET_MAX = 1 << 20 };

void fake_wire_hang_up(struct fake_wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

static int send_bytes(struct fake_wire *wire, const char *ptr, size_t len)
{
	while (len > 0 && wire->fd >= 0) {
		size_t n = wire->piece && len > wire->piece ? wire->piece : len;
		size_t left = wire->cut_bytes - wire->bytes_out;
		ssize_t sent;

		if (wire->cut_bytes && n > left)
			n = left;
		sent = n == 0 ? 0 : send(wire->fd, ptr, n, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			error_set(&wire->trouble, "write: %s", strerror(errno));
			fake_wire_hang_up(wire);
			return -1;
		}
		wire->bytes_out += (size_t)sent;
		ptr += sent;
		len -= (size_t)sent;
		if (wire->cut_bytes && wire->bytes_out == wire->cut_bytes) {
			wire->cut = true;
			fake_wire_hang_up(wire);
		}
	}
	return wire->fd < 0 ? -1 : 0;
}

int fake_wire_raw(struct fake_wire *wire, struct str bytes)
{
	return send_bytes(wire, bytes.ptr, bytes.len);
}

void fake_wire_add_u32(struct buf *buf, uint32_t value)
{
	char bytes[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value };

	buf_add(buf, bytes, sizeof(bytes));
}

uint32_t fake_wire_get_u32(const char *ptr)
{
	const unsigned char *b = (const unsigned char *)ptr;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

void fake_wire_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text) + 1);
}

int fake_wire_packet(struct fake_wire *wire, char command, struct str payload)
{
	struct buf packet = { 0 };
	int status = -1;

	fake_wire_add_u32(&packet, (uint32_t)payload.len + 1);
	buf_add_byte(&packet, command);
	buf_add_str(&packet, payload);
	if (packet.failed)
		error_set(&wire->trouble, "out of memory");
	else
		status = send_bytes(wire, packet.ptr, packet.len);
	buf_free(&packet);
	wire->packets_out++;
	if (status == 0 && wire->packets_out == wire->cut_packets) {
		wire->cut = true;
		fake_wire_hang_up(wire);
		return -1;
	}
	return status;
}

bool fake_wire_readable(struct fake_wire *wire, int wait_ms)
{
	struct pollfd pollfd = { .fd = wire->fd, .events = POLLIN };
	int n;

	do
		n = poll(&pollfd, 1, wait_ms);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

/* 1 when all came, 0 at the end of file before the first byte, -1 else. */
static int read_all(struct fake_wire *wire, char *out, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n;

		if (wire->fd < 0)
			return -1;
		if (!fake_wire_readable(wire, (int)wire->timeout_ms))
			return error_set(&wire->trouble, "no answer in %u ms",
				wire->timeout_ms);
		n = recv(wire->fd, out + got, len - got, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(&wire->trouble, "read: %s", strerror(errno));
		if (n == 0 && got > 0)
			return error_set(&wire->trouble, "hung up within a packet");
		if (n == 0)
			return 0;
		got += (size_t)n;
	}
	return 1;
}

int fake_wire_read(struct fake_wire *wire, struct str *payload)
{
	char length[4] = { 0 }, command;
	uint32_t len;
	int status = read_all(wire, length, sizeof(length));

	if (status <= 0)
		return status;
	len = fake_wire_get_u32(length);
	if (len == 0 || len > PACKET_MAX)
		return error_set(&wire->trouble, "a packet of %lu bytes", (unsigned long)len);
	wire->in.len = 0;
	if (!buf_reserve(&wire->in, len) || read_all(wire, wire->in.ptr, len) != 1)
		return -1;
	wire->in.len = len;
	command = wire->in.ptr[0];
	*payload = str_make(wire->in.ptr + 1, len - 1);
	if (++wire->replies_in == wire->cut_replies) {
		wire->cut = true;
		fake_wire_hang_up(wire);
		return -1;
	}
	return (unsigned char)command;
}

static int dial_unix(const char *path, struct error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(error, "%s: too long for a socket's path", path);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error_set(error, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* "port@address", IPv4: as much as tests on the loopback need */
static int dial_inet(const char *spec, struct error *error)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	const char *at = strchr(spec, '@');
	int fd, on = 1;

	address.sin_port = htons((uint16_t)strtoul(spec, NULL, 10));
	if (inet_pton(AF_INET, at == NULL ? "127.0.0.1" : at + 1, &address.sin_addr) != 1)
		return error_set(error, "inet:%s: not port@address", spec);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return fd;
	}
	error_set(error, "inet:%s: %s", spec, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int fake_wire_dial(struct fake_wire *wire, const char *socket, struct error *error)
{
	if (strncmp(socket, "inet:", 5) == 0)
		wire->fd = dial_inet(socket + 5, error);
	else if (strncmp(socket, "unix:", 5) == 0)
		wire->fd = dial_unix(socket + 5, error);
	else if (strncmp(socket, "local:", 6) == 0)
		wire->fd = dial_unix(socket + 6, error);
	else
		wire->fd = dial_unix(socket, error);
	return wire->fd < 0 ? -1 : 0;
}

void fake_wire_clear(struct fake_wire *wire)
{
	fake_wire_hang_up(wire);
	buf_free(&wire->in);
}
