/*
 * An SMTP client for tests: sends mail files over any number of connections at once, as any
 * client address the server lets us be, tries again like a sending MTA if asked, and prints what
 * the server said to each mail. See usage() for the options and the output.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "test-harness/smtp/session.h"

#define MANY 64			/* values of an option that may be repeated */

struct mail_file {
	char *name;
	char *wire;
	size_t length;
};

struct many {
	const char *value[MANY];
	size_t count;
};

struct client_options {
	struct smtp_target target;
	struct many rcpts, binds, xclients;
	const char *from;
	const char *test_id;		/* NULL: no X-Test-Id header */
	unsigned connections;
	unsigned count;			/* mails in all; 0: each file once */
	unsigned session_messages;
	unsigned tries;
	unsigned retry_delay;		/* milliseconds */
	bool summary;
};

struct job {
	unsigned index;
	unsigned tries;
	int64_t due;			/* milliseconds; not before */
};

/* The mails yet to be sent: one ring of jobs; those to be tried again come back at its end. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *jobs;		/* as many as mails: a job is in the ring once */
	unsigned size, first, used;
	unsigned open;			/* mails without a final answer */
	unsigned sessions;		/* opened so far */
	unsigned unanswered;
	unsigned codes[1000];
};

struct client {
	struct client_options options;
	struct mail_file *files;
	size_t file_count;
	struct queue queue;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next mail that is due; waits for it. False when every mail has its answer. */
static bool queue_take(struct queue *queue, struct job *job)
{
	bool found = false;

	pthread_mutex_lock(&queue->lock);
	while (!found && queue->open > 0) {
		struct timespec until;
		int64_t wait = 1000;

		if (queue->used > 0) {
			*job = queue->jobs[queue->first];
			wait = job->due - now_ms();
			if (wait <= 0) {
				queue->first = (queue->first + 1) % queue->size;
				queue->used--;
				found = true;
				break;
			}
		}
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += wait / 1000;
		until.tv_nsec += wait % 1000 * 1000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		pthread_cond_timedwait(&queue->changed, &queue->lock, &until);
	}
	pthread_mutex_unlock(&queue->lock);
	return found;
}

/* Whether queue_take() would return a mail without waiting. */
static bool queue_due(struct queue *queue)
{
	bool due;

	pthread_mutex_lock(&queue->lock);
	due = queue->used > 0 && queue->jobs[queue->first].due <= now_ms();
	pthread_mutex_unlock(&queue->lock);
	return due;
}

static void queue_put(struct queue *queue, const struct job *job)
{
	pthread_mutex_lock(&queue->lock);
	queue->jobs[(queue->first + queue->used++) % queue->size] = *job;
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

static void test_id(const struct client *client, unsigned index, char *id, size_t size)
{
	snprintf(id, size, "%s-%u", client->options.test_id != NULL ?
		client->options.test_id : "mail", index);
}

static void report(struct client *client, const struct job *job, const struct smtp_reply *reply,
	size_t accepted)
{
	const struct mail_file *file = &client->files[job->index % client->file_count];
	struct queue *queue = &client->queue;
	char id[256];

	test_id(client, job->index, id, sizeof(id));
	pthread_mutex_lock(&queue->lock);
	printf("%u\t%s\t%s\t%s\t%03d\t%s\t%s\t%u\t%zu/%zu\n", job->index, file->name, id,
		smtp_stage_names[reply->stage], reply->code, reply->enhanced, reply->text,
		job->tries, accepted, client->options.rcpts.count);
	fflush(stdout);
	queue->codes[reply->code % 1000]++;
	queue->unanswered += reply->code == 0 && !reply->cut;
	queue->open--;
	if (queue->open == 0)
		pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

static void settle_job(struct client *client, struct job *job, const struct smtp_reply *reply,
	size_t accepted)
{
	bool later = !reply->cut && (reply->code == 0 || reply->code / 100 == 4);

	job->tries++;
	if (later && job->tries < client->options.tries) {
		job->due = now_ms() + client->options.retry_delay;
		queue_put(&client->queue, job);
		return;
	}
	report(client, job, reply, accepted);
}

/* Each new session takes the next of the addresses it may come from. */
static void next_target(struct client *client, struct smtp_target *target)
{
	const struct client_options *options = &client->options;
	unsigned number;

	pthread_mutex_lock(&client->queue.lock);
	number = client->queue.sessions++;
	pthread_mutex_unlock(&client->queue.lock);
	*target = options->target;
	if (options->binds.count > 0)
		target->bind = options->binds.value[number % options->binds.count];
	if (options->xclients.count > 0)
		target->xclient = options->xclients.value[number % options->xclients.count];
}

static void send_job(struct client *client, struct smtp_session *session,
	const struct smtp_target *target, const struct job *job, struct smtp_reply *reply,
	size_t *accepted)
{
	const struct client_options *options = &client->options;
	const struct mail_file *file = &client->files[job->index % client->file_count];
	char id[256], head[300] = "";
	struct smtp_mail mail = {
		.from = options->from,
		.rcpts = options->rcpts.value,
		.rcpt_count = options->rcpts.count,
		.head = head,
		.content = file->wire,
		.content_length = file->length,
	};

	if (options->test_id != NULL) {
		test_id(client, job->index, id, sizeof(id));
		snprintf(head, sizeof(head), "X-Test-Id: %s\r\n", id);
	}
	smtp_session_send(session, target, &mail, reply, accepted);
}

static void *work(void *argument)
{
	struct client *client = argument;
	struct smtp_session session;
	struct smtp_target target = client->options.target;
	struct smtp_reply reply;
	struct job job;

	smtp_session_init(&session);
	while (true) {
		size_t accepted = 0;

		/* No server is kept waiting for what another connection may give back. */
		if (session.fd >= 0 && !queue_due(&client->queue))
			smtp_session_close(&session);
		if (!queue_take(&client->queue, &job))
			break;
		if (session.fd < 0)
			next_target(client, &target);
		if (session.fd >= 0 || smtp_session_open(&session, &target, &reply))
			send_job(client, &session, &target, &job, &reply, &accepted);
		if (session.sent >= client->options.session_messages)
			smtp_session_close(&session);
		settle_job(client, &job, &reply, accepted);
	}
	smtp_session_close(&session);
	return NULL;
}

static bool run(struct client *client)
{
	unsigned threads = client->options.connections;
	pthread_t *ids = calloc(threads, sizeof(*ids));
	pthread_attr_t attributes;
	unsigned started = 0;

	if (ids == NULL || pthread_attr_init(&attributes) != 0) {
		free(ids);
		return false;
	}
	pthread_attr_setstacksize(&attributes, 128 * 1024);
	while (started < threads &&
	       pthread_create(&ids[started], &attributes, work, client) == 0)
		started++;
	if (started < threads)
		fprintf(stderr, "smtp_client: only %u of %u connections\n", started, threads);
	for (unsigned i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
	pthread_attr_destroy(&attributes);
	free(ids);
	return started == threads;
}

static bool queue_fill(struct queue *queue, unsigned count)
{
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->changed, NULL);
	queue->jobs = calloc(count, sizeof(*queue->jobs));
	if (queue->jobs == NULL)
		return false;
	queue->size = queue->used = queue->open = count;
	for (unsigned i = 0; i < count; i++)
		queue->jobs[i].index = i;
	return true;
}

static char *read_file(FILE *file, size_t *length)
{
	size_t size = 65536, used = 0;
	char *data = malloc(size);

	while (data != NULL) {
		used += fread(data + used, 1, size - used, file);
		if (used < size)
			break;
		char *larger = realloc(data, size *= 2);

		if (larger == NULL)
			free(data);
		data = larger;
	}
	*length = used;
	return data;
}

static bool add_file(struct client *client, const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	struct mail_file *files;
	char *data;
	size_t length;

	if (file == NULL) {
		fprintf(stderr, "smtp_client: %s: %s\n", name, strerror(errno));
		return false;
	}
	data = read_file(file, &length);
	if (file != stdin)
		fclose(file);
	files = realloc(client->files, (client->file_count + 1) * sizeof(*files));
	if (files != NULL)
		client->files = files;
	if (data == NULL || files == NULL) {
		free(data);
		return false;
	}
	files += client->file_count++;
	files->name = strdup(name);
	files->wire = smtp_wire_form(data, length, &files->length);
	free(data);
	return files->name != NULL && files->wire != NULL;
}

/* A folder stands for the files in it, by name. */
static bool add_path(struct client *client, const char *path)
{
	struct dirent **entries;
	struct stat status;
	char name[4096];
	bool ok = true;
	int count;

	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return add_file(client, path);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		if (ok && stat(name, &status) == 0 && S_ISREG(status.st_mode))
			ok = add_file(client, name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ok && count >= 0;
}

static int usage(void)
{
	fputs(
	"usage: smtp_client [options] FILE...   (a folder: all in it; -: stdin)\n"
	"  --server HOST:PORT|unix:PATH   default 127.0.0.1:25\n"
	"  --bind ADDRESS                 source address; repeated: one after the other\n"
	"  --xclient 'ADDR=.. NAME=..'    Postfix's XCLIENT; repeated: one after the other\n"
	"  --helo NAME                    default client.example\n"
	"  --from ADDRESS                 default sender@client.example; '' is the null sender\n"
	"  --rcpt ADDRESS                 default user@depeer.test; may be repeated\n"
	"  --connections N                at once; default 1\n"
	"  --count M                      mails in all, files over and over; default each once\n"
	"  --session-messages K           mails a connection; default 1\n"
	"  --retry TRIES                  tries in all, after 4xx or no answer; default 1\n"
	"  --retry-delay MS               default 200\n"
	"  --test-id PREFIX               adds X-Test-Id: PREFIX-INDEX, the same at each try\n"
	"  --cut-after BYTES              hangs up after so many bytes of the content\n"
	"  --cut-stage connect|helo|mail|rcpt|data|eom   hangs up after that answer\n"
	"  --pipelining                   MAIL and all RCPT at once\n"
	"  --timeout SECONDS              for each answer; default 60\n"
	"  --summary                      on standard error: mails a second, mails by code\n"
	"Prints for each mail, TAB-separated: index, file, id, stage of the last answer\n"
	"(connect|helo|mail|rcpt|data|eom), code (000: none), enhanced code or -, text, tries,\n"
	"accepted/given recipients. Exit 0 when every mail was answered, whatever the answer.\n",
	stderr);
	return 64;
}

enum option_name {
	OPT_SERVER = 1, OPT_BIND, OPT_XCLIENT, OPT_HELO, OPT_FROM, OPT_RCPT, OPT_CONNECTIONS,
	OPT_COUNT, OPT_SESSION_MESSAGES, OPT_RETRY, OPT_RETRY_DELAY, OPT_TEST_ID, OPT_CUT_AFTER,
	OPT_CUT_STAGE, OPT_PIPELINING, OPT_TIMEOUT, OPT_SUMMARY
};

static const struct option option_table[] = {
	{ "server", required_argument, NULL, OPT_SERVER },
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "xclient", required_argument, NULL, OPT_XCLIENT },
	{ "helo", required_argument, NULL, OPT_HELO },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "rcpt", required_argument, NULL, OPT_RCPT },
	{ "connections", required_argument, NULL, OPT_CONNECTIONS },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "session-messages", required_argument, NULL, OPT_SESSION_MESSAGES },
	{ "retry", required_argument, NULL, OPT_RETRY },
	{ "retry-delay", required_argument, NULL, OPT_RETRY_DELAY },
	{ "test-id", required_argument, NULL, OPT_TEST_ID },
	{ "cut-after", required_argument, NULL, OPT_CUT_AFTER },
	{ "cut-stage", required_argument, NULL, OPT_CUT_STAGE },
	{ "pipelining", no_argument, NULL, OPT_PIPELINING },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "summary", no_argument, NULL, OPT_SUMMARY },
	{ NULL, 0, NULL, 0 },
};

static bool add_value(struct many *many, const char *value)
{
	if (many->count == MANY)
		return false;
	many->value[many->count++] = value;
	return true;
}

static bool parse_number(const char *text, long least, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	return *text != '\0' && *end == '\0' && *number >= least && *number <= 100000000;
}

static bool parse_stage(const char *text, int *stage)
{
	for (int i = 0; i < SMTP_STAGES; i++)
		if (strcmp(text, smtp_stage_names[i]) == 0) {
			*stage = i;
			return true;
		}
	return false;
}

static bool set_number(struct client_options *options, int option, const char *text)
{
	bool from_zero = option == OPT_CUT_AFTER || option == OPT_RETRY_DELAY;
	long number;

	if (!parse_number(text, from_zero ? 0 : 1, &number))
		return false;
	switch (option) {
	case OPT_CONNECTIONS: options->connections = (unsigned)number; break;
	case OPT_COUNT: options->count = (unsigned)number; break;
	case OPT_SESSION_MESSAGES: options->session_messages = (unsigned)number; break;
	case OPT_RETRY: options->tries = (unsigned)number; break;
	case OPT_RETRY_DELAY: options->retry_delay = (unsigned)number; break;
	case OPT_CUT_AFTER: options->target.cut_after = number; break;
	case OPT_TIMEOUT: options->target.timeout = (int)number; break;
	default: return false;
	}
	return true;
}

static bool set_option(struct client_options *options, int option, const char *value)
{
	switch (option) {
	case OPT_SERVER: options->target.server = value; return true;
	case OPT_HELO: options->target.helo = value; return true;
	case OPT_FROM: options->from = value; return true;
	case OPT_TEST_ID: options->test_id = value; return true;
	case OPT_BIND: return add_value(&options->binds, value);
	case OPT_XCLIENT: return add_value(&options->xclients, value);
	case OPT_RCPT: return add_value(&options->rcpts, value);
	case OPT_CUT_STAGE: return parse_stage(value, &options->target.cut_stage);
	case OPT_PIPELINING: options->target.pipelining = true; return true;
	case OPT_SUMMARY: options->summary = true; return true;
	default: return value != NULL && set_number(options, option, value);
	}
}

static void print_summary(const struct queue *queue, int64_t ms)
{
	double seconds = (double)(ms > 0 ? ms : 1) / 1000.0;

	fprintf(stderr, "%u mails in %.3f s, %.1f/s;", queue->size, seconds, queue->size / seconds);
	for (int code = 0; code < 1000; code++)
		if (queue->codes[code] > 0)
			fprintf(stderr, " %03d: %u", code, queue->codes[code]);
	fputc('\n', stderr);
}

static void client_free(struct client *client)
{
	for (size_t i = 0; i < client->file_count; i++) {
		free(client->files[i].name);
		free(client->files[i].wire);
	}
	free(client->files);
	free(client->queue.jobs);
}

static int send_all(struct client *client)
{
	struct client_options *options = &client->options;
	unsigned count = options->count > 0 ? options->count : (unsigned)client->file_count;
	int64_t start = now_ms();
	bool ok;

	if (options->rcpts.count == 0)
		add_value(&options->rcpts, "user@depeer.test");
	if (options->connections > count)
		options->connections = count;
	if (!queue_fill(&client->queue, count))
		return 1;
	ok = run(client);
	if (options->summary)
		print_summary(&client->queue, now_ms() - start);
	return ok && client->queue.open == 0 && client->queue.unanswered == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct client client = {
		.options = {
			.target = { .server = "127.0.0.1:25", .helo = "client.example",
				.timeout = 60, .cut_stage = -1, .cut_after = -1 },
			.from = "sender@client.example",
			.connections = 1,
			.session_messages = 1,
			.tries = 1,
			.retry_delay = 200,
		},
	};
	int c, status;

	while ((c = getopt_long(argc, argv, "", option_table, NULL)) != -1)
		if (c == '?' || !set_option(&client.options, c, optarg))
			return usage();
	if (optind == argc)
		return usage();
	for (; optind < argc; optind++)
		if (!add_path(&client, argv[optind])) {
			client_free(&client);
			return 66;
		}
	if (client.file_count == 0) {
		fputs("smtp_client: no mail\n", stderr);
		return 66;
	}
	status = send_all(&client);
	client_free(&client);
	return status;
}
