/* rules/replace: one pass takes the modifiers out and puts in what each tag stands for.
 */
#include "rules/replace.h"

int replace_add(struct replace_table *table, struct arena *arena, struct replace_entry entry)
{
	if (table->n == table->capacity) {
		size_t more = table->capacity ? table->capacity * 2 : 32;
		struct replace_entry *entries = arena_resize(arena, table->entries,
			table->capacity * sizeof *entries, more * sizeof *entries);
		if (!entries)
			return -1;
		table->entries = entries;
		table->capacity = more;
	}
	table->entries[table->n++] = entry;
	return 0;
}

/* SIZE_MAX: there is none. */
static size_t find(const struct replace_table *table, enum replace_kind kind, struct str name)
{
	for (size_t i = table->n; i--;)
		if (table->entries[i].kind == kind && str_equal(table->entries[i].name, name))
			return i;
	return SIZE_MAX;
}

/* The length of "<...>" at the start of `text`, without '<' and '>' in between; 0: none. */
static size_t tag_length(struct str text)
{
	size_t n = 1;
	if (!text.len || text.ptr[0] != '<')
		return 0;
	while (n < text.len && text.ptr[n] != '<' && text.ptr[n] != '>')
		n++;
	return n > 1 && n < text.len && text.ptr[n] == '>' ? n + 1 : 0;
}

/* One pass over one regex. */
struct pass {
	const struct replace_table *table;
	struct str pre, post, inter;
	bool call;             /* (?&T5) in place of the fifth tag's text */
	bool again;            /* a text that was put in has tags */
	struct buf out;
};

/* Takes the first "<NAME X>" out of the regex; what X says. */
static struct str take_modifier(struct pass *pass, enum replace_kind kind, struct str name,
	struct str *regex, struct arena *arena)
{
	for (size_t at = 0; at < regex->len; at++) {
		struct str rest = str_slice(*regex, at, regex->len);
		size_t n = tag_length(rest);
		struct str tag = str_slice(rest, 1, n ? n - 1 : 1);
		if (tag.len <= name.len + 1 || !str_equal(str_slice(tag, 0, name.len), name) ||
		    tag.ptr[name.len] != ' ')
			continue;
		size_t entry = find(pass->table, kind, str_slice(tag, name.len + 1, tag.len));
		struct buf without = { .arena = arena };
		buf_add_str(&without, str_slice(*regex, 0, at));
		buf_add_str(&without, str_slice(*regex, at + n, regex->len));
		*regex = buf_str(&without);
		return entry == SIZE_MAX ? STR("") : pass->table->entries[entry].text;
	}
	return STR("");
}

static bool has_tag(struct str text)
{
	for (size_t at = 0; at < text.len; at++)
		if (tag_length(str_slice(text, at, text.len)))
			return true;
	return false;
}

static void put_tag(struct pass *pass, struct str tag)
{
	size_t entry = find(pass->table, REPLACE_TAG, str_slice(tag, 1, tag.len - 1));
	buf_add_str(&pass->out, pass->pre);
	if (entry == SIZE_MAX) {
		buf_add_str(&pass->out, tag);
	} else if (pass->call) {
		buf_addf(&pass->out, "(?&T%zu)", entry);
	} else {
		buf_add_str(&pass->out, pass->table->entries[entry].text);
		pass->again = pass->again || has_tag(pass->table->entries[entry].text);
	}
	buf_add_str(&pass->out, pass->post);
}

static void put_all(struct pass *pass, struct str regex)
{
	bool after_tag = false;
	for (size_t at = 0; at < regex.len;) {
		struct str rest = str_slice(regex, at, regex.len);
		size_t n = tag_length(rest);
		if (n && after_tag)
			buf_add_str(&pass->out, pass->inter);
		if (n)
			put_tag(pass, str_slice(rest, 0, n));
		else
			/* NOLINTNEXTLINE(*NullDereference): there is one at least */
			buf_add_byte(&pass->out, rest.ptr[0]);
		after_tag = n > 0;
		at += n ? n : 1;
	}
}

static struct pass begin(const struct replace_table *table, struct str *regex,
	struct arena *arena, bool call)
{
	struct pass pass = { .table = table, .call = call,
		.out = { .arena = arena, .limit = REPLACE_BYTES_MAX } };
	pass.pre = take_modifier(&pass, REPLACE_PRE, STR("pre"), regex, arena);
	pass.post = take_modifier(&pass, REPLACE_POST, STR("post"), regex, arena);
	pass.inter = take_modifier(&pass, REPLACE_INTER, STR("inter"), regex, arena);
	return pass;
}

struct str replace_written(const struct replace_table *table, struct str regex,
	struct arena *arena)
{
	for (int i = 0; i < REPLACE_DEPTH_MAX; i++) {
		struct pass pass = begin(table, &regex, arena, false);
		put_all(&pass, regex);
		if (pass.out.failed)
			return str_make(NULL, 0);
		regex = buf_str(&pass.out);
		if (!pass.again)
			break;
	}
	return regex;
}

struct str replace_called(const struct replace_table *table, struct str regex,
	struct arena *arena)
{
	struct pass pass = begin(table, &regex, arena, true);
	struct str nothing = STR("");
	struct pass inner = begin(table, &nothing, arena, true);
	buf_add_cstr(&inner.out, "(?(DEFINE)");
	for (size_t i = 0; i < table->n; i++) { /* what is not called costs nothing at a match */
		if (table->entries[i].kind != REPLACE_TAG)
			continue;
		buf_addf(&inner.out, "(?<T%zu>", i);
		put_all(&inner, table->entries[i].text);
		buf_add_byte(&inner.out, ')');
	}
	buf_add_byte(&inner.out, ')');
	put_all(&pass, regex);
	buf_add_str(&inner.out, buf_str(&pass.out));
	return inner.out.failed || pass.out.failed ? str_make(NULL, 0) : buf_str(&inner.out);
}
