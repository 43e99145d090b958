/* rules/checks_image: how many images a mail brings along, their names and sizes.
 *
 * Semantics of SpamAssassin 4.0.1 (Plugin/ImageInfo.pm): base64 parts of type image/gif, image/png
 * and image/jpeg.
 */
#include "rules/checks.h"
#include "rules/checks_text.h"
#include "rules/pattern.h"

/* "all" or a kind that `what` names; false: no such kind. */
static bool read_kind(struct str what, enum part_image_kind *kind)
{
	static const struct { const char *name; enum part_image_kind kind; } kinds[] = {
		{ "all", PART_NO_IMAGE }, { "gif", PART_GIF }, { "png", PART_PNG }, { "jpeg", PART_JPEG },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_equal(what, str_from(kinds[i].name))) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

struct images {
	const struct facts *facts;
	enum part_image_kind kind; /* PART_NO_IMAGE: all */
	size_t at;
	bool any, cut;             /* there are such; the size of one is not known */
};

/* False: nothing can be asked, and `out` says why or the answer is no. */
static bool open_images(struct images *images, const struct check_context *context,
	struct str kind, struct check_answer *out)
{
	*images = (struct images){ .facts = context->facts };
	return !checks_no_tree(context->facts, out) && read_kind(kind, &images->kind);
}

/* The next image of that kind, or NULL. */
static const struct part *next_image(struct images *images)
{
	while (images->at <= images->facts->parts_n) {
		const struct part *part = checks_part(images->facts, images->at++);
		if (!part->image.kind || (images->kind && part->image.kind != images->kind))
			continue;
		images->any = true;
		images->cut = images->cut || part->image.cut;
		return part;
	}
	return NULL;
}

static bool has_size(const struct part *part)
{
	return part->image.width && part->image.height;
}

/* No hit, but of one the size is not known. */
static int no_hit(const struct images *images, struct check_answer *out)
{
	if (images->cut)
		out->unknown = "image-too-long";
	return 0;
}

static bool within(const struct check_call *call, size_t n, double value)
{
	return value >= checks_number(call, n, 0) &&
		(call->args_n <= n + 1 || value <= checks_number(call, n + 1, 0));
}

int check_image_count(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct images images;
	size_t n = 0;
	if (call->args_n < 2 || !open_images(&images, context, checks_argument(call, 0), out))
		return 0;
	while (next_image(&images))
		n++;
	return checks_hit(out, within(call, 1, (double)n), STR(""));
}

static double all_pixels(struct images *images)
{
	const struct part *part;
	double pixels = 0;
	while ((part = next_image(images)) != NULL)
		pixels += (double)part->image.width * part->image.height;
	return pixels;
}

int check_image_pixels(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct images images;
	if (call->args_n < 2 || !open_images(&images, context, checks_argument(call, 0), out))
		return 0;
	double pixels = all_pixels(&images);
	if (images.cut)
		return no_hit(&images, out);
	return checks_hit(out, within(call, 1, pixels), STR(""));
}

static size_t bytes_of(const struct str *items, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += items[i].len;
	return bytes;
}

/* Bytes of text for each pixel; of a rawbody rule those of its own view. */
int check_image_text(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	const struct facts *facts = context->facts;
	struct images images;
	if (call->args_n < 3 || !open_images(&images, context, checks_argument(call, 0), out))
		return 0;
	double pixels = all_pixels(&images);
	double bytes = (double)(call->rawbody ? bytes_of(facts->rawbody, facts->rawbody_n) :
		bytes_of(facts->body, facts->body_n));
	if (images.cut)
		return no_hit(&images, out);
	if (pixels <= 0 || bytes <= 0)
		return 0;
	return checks_hit(out, bytes / pixels >= checks_number(call, 1, 0) &&
		bytes / pixels < checks_number(call, 2, 0), STR(""));
}

int check_image_size(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct images images;
	const struct part *part;
	if (call->args_n < 3 || !open_images(&images, context, checks_argument(call, 0), out))
		return 0;
	while ((part = next_image(&images)) != NULL)
		if (has_size(part) && part->image.height == checks_number(call, 1, -1) &&
		    part->image.width == checks_number(call, 2, -1))
			return checks_hit(out, true, part->name);
	return no_hit(&images, out);
}

/* Is the value at most argument n, if there is one? */
static bool at_most(const struct check_call *call, size_t n, uint32_t value)
{
	return call->args_n <= n || value <= checks_number(call, n, 0);
}

int check_image_range(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct images images;
	const struct part *part;
	if (call->args_n < 3 || !open_images(&images, context, checks_argument(call, 0), out))
		return 0;
	while ((part = next_image(&images)) != NULL) {
		uint32_t height = part->image.height, width = part->image.width;
		if (has_size(part) && height >= checks_number(call, 1, 0) &&
		    width >= checks_number(call, 2, 0) && at_most(call, 3, height) &&
		    at_most(call, 4, width))
			return checks_hit(out, true, part->name);
	}
	return no_hit(&images, out);
}

int check_image_named(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	struct images images;
	const struct part *part;
	if (!call->args_n || !open_images(&images, context, STR("all"), out))
		return 0;
	while ((part = next_image(&images)) != NULL)
		if (has_size(part) && str_equal(part->name, call->args[0]) && part->name.len)
			return checks_hit(out, true, part->name);
	return no_hit(&images, out);
}

/* "/regex/i", as the plugin's own examples have it, or the regex alone. NULL: it cannot be read. */
static struct pattern *read_pattern(struct str text)
{
	struct pattern_error error;
	struct str modifiers = STR("");
	size_t end = text.len;
	while (end > 1 && ascii_alpha(text.ptr[end - 1]))
		end--;
	if (end > 1 && text.ptr[0] == '/' && text.ptr[end - 1] == '/') {
		modifiers = str_slice(text, end, text.len);
		text = str_slice(text, 1, end - 1);
	}
	return pattern_compile(text, modifiers, false, &error);
}

int check_image_regex(const struct check_context *context, const struct check_call *call,
	struct check_answer *out)
{
	enum pattern_result result = PATTERN_NO;
	struct images images;
	const struct part *part;
	size_t start, end;
	if (!call->args_n || !open_images(&images, context, STR("all"), out))
		return 0;
	struct pattern *pattern = read_pattern(call->args[0]);
	if (!pattern) {
		out->unknown = "regex-error";
		return 0;
	}
	while (result == PATTERN_NO && (part = next_image(&images)) != NULL)
		if (has_size(part) && part->name.len)
			result = pattern_match(pattern, context->matcher,
				str_slice(part->name, 0, FACT_HEADER_MAX), 0, &start, &end);
	pattern_free(&pattern);
	if (result == PATTERN_YES)
		return checks_hit(out, true, part->name);
	if (result != PATTERN_NO)
		out->unknown = "regex-limit";
	return result == PATTERN_MEMORY ? -1 : result == PATTERN_NO ? no_hit(&images, out) : 0;
}
