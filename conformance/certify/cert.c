/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/cert.h"

#include <cjson/cJSON.h>
#include <fcntl.h>

#include "conformance/fixture.h"
#include "conformance/report/list.h"
#include "version.h"

#define CERT_SCHEMA "maskspec-certify/1"
#define CERT_MAX (1u << 20)
#define RUNS_MAX 100

void cert_free(struct cert *c)
{
	size_t i;

	for (i = 0; i < c->n_kernels; i++) {
		free(c->kernels[i].name);
		range_free(&c->kernels[i].versions);
	}
	for (i = 0; i < c->n_skips; i++) {
		free(c->skips[i].ids);
		free(c->skips[i].reason);
		free(c->skips[i].why);
	}
	free(c->kernels);
	free(c->skips);
	free(c->name);
	free(c->title);
	free(c->spec);
	free(c->profile);
	free(c->require);
	*c = (struct cert){ 0 };
}

/* Fields -------------------------------------------------------------------------------------- */

/* What is not in these tables is an error, so that no misspelt one asks for less. */

enum kind { TEXT, NUMBER, LIST };

struct field {
	const char *name;
	enum kind kind;
	size_t at;	  /* of the member of its struct */
	unsigned int min; /* of a number */
	bool may_lack;
};

static const struct field cert_fields[] = {
	{ "name", TEXT, offsetof(struct cert, name), 0, false },
	{ "title", TEXT, offsetof(struct cert, title), 0, false },
	{ "spec", TEXT, offsetof(struct cert, spec), 0, false },
	{ "profile", TEXT, offsetof(struct cert, profile), 0, false },
	{ "require", TEXT, offsetof(struct cert, require), 0, true },
	{ "runs", NUMBER, offsetof(struct cert, runs), 1, false },
	{ "retries", NUMBER, offsetof(struct cert, retries), 0, false },
	{ "kernels", LIST, 0, 0, false },
	{ "skips", LIST, 0, 0, true },
};

static const struct field skip_fields[] = {
	{ "ids", TEXT, offsetof(struct cert_skip, ids), 0, false },
	{ "reason", TEXT, offsetof(struct cert_skip, reason), 0, false },
	{ "why", TEXT, offsetof(struct cert_skip, why), 0, false },
};

struct named_range {
	char *name, *versions;
};

static const struct field kernel_fields[] = {
	{ "name", TEXT, offsetof(struct named_range, name), 0, false },
	{ "versions", TEXT, offsetof(struct named_range, versions), 0, false },
};

static int take_number(const struct field *f, const cJSON *v, void *into, struct text *error)
{
	double n = cJSON_IsNumber(v) ? v->valuedouble : -1;

	if (n < f->min || n > RUNS_MAX || n != (double)(unsigned int)n)
		return refuse(error, "%s: write a whole number from %u to %d", f->name, f->min,
			      RUNS_MAX);
	*(unsigned int *)(void *)((char *)into + f->at) = (unsigned int)n;
	return 0;
}

static int take_field(const struct field *f, const cJSON *o, void *into, struct text *error)
{
	const cJSON *v = json_field(o, f->name);

	if (!v && f->may_lack) {
		if (f->kind == TEXT)
			*(char **)(void *)((char *)into + f->at) = xstrdup("");
		return 0;
	}
	if (!v)
		return refuse(error, "%s: is missing", f->name);
	if (f->kind == NUMBER)
		return take_number(f, v, into, error);
	if (f->kind == LIST)
		return cJSON_IsArray(v) ? 0 : refuse(error, "%s: write a list", f->name);
	if (!cJSON_IsString(v) || !*v->valuestring || strpbrk(v->valuestring, "\n\t"))
		return refuse(error, "%s: write a line of text", f->name);
	*(char **)(void *)((char *)into + f->at) = xstrdup(v->valuestring);
	return 0;
}

static bool is_known(const struct field *f, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (streq(f[i].name, name))
			return true;
	return false;
}

static int take_fields(const struct field *f, size_t n, const cJSON *o, void *into,
		       struct text *error)
{
	const cJSON *v;
	size_t i;
	int r;

	if (!cJSON_IsObject(o))
		return refuse(error, "write an object");
	cJSON_ArrayForEach (v, o)
		if (!is_known(f, n, v->string) && !(f == cert_fields && streq(v->string, "schema")))
			return refuse(error, "%s: is no field; see certify.schema.json", v->string);
	for (i = 0; i < n; i++) {
		r = take_field(&f[i], o, into, error);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Lists ------------------------------------------------------------------------------------- */

static void named_range_free(struct named_range *n)
{
	free(n->name);
	free(n->versions);
}

static int add_kernel(struct cert *c, const cJSON *o, struct text *error)
{
	_cleanup_(named_range_free) struct named_range n = { 0 };
	_cleanup_free_ char *why = NULL;
	struct range versions;
	int r;

	r = take_fields(kernel_fields, ARRAY_SIZE(kernel_fields), o, &n, error);
	if (r < 0)
		return r;
	r = range_parse(n.versions, &versions, &why);
	if (r < 0)
		return refuse(error, "versions: %s", why);
	GROW(c->kernels, c->n_kernels);
	c->kernels[c->n_kernels++] =
		(struct cert_kernel){ .name = TAKE_PTR(n.name), .versions = versions };
	return 0;
}

static int add_skip(struct cert *c, const cJSON *o, struct text *error)
{
	GROW(c->skips, c->n_skips);
	c->skips[c->n_skips] = (struct cert_skip){ 0 };
	return take_fields(skip_fields, ARRAY_SIZE(skip_fields), o, &c->skips[c->n_skips++], error);
}

static int take_list(struct cert *c, const cJSON *json, const char *name,
		     int (*add)(struct cert *c, const cJSON *o, struct text *error),
		     struct text *error)
{
	const cJSON *o;
	size_t i = 0;

	cJSON_ArrayForEach (o, json_field(json, name)) {
		_cleanup_text_ struct text why = { 0 };

		if (add(c, o, &why) < 0)
			return refuse(error, "%s[%zu]: %s", name, i, text_str(&why));
		i++;
	}
	return 0;
}

static int read_cert(const cJSON *json, struct cert *c, struct text *error)
{
	int r;

	if (!streq(json_string(json, "schema", ""), CERT_SCHEMA))
		return refuse(error, "schema: must be \"" CERT_SCHEMA "\"");
	r = take_fields(cert_fields, ARRAY_SIZE(cert_fields), json, c, error);
	if (r < 0)
		return r;
	r = take_list(c, json, "kernels", add_kernel, error);
	if (r < 0)
		return r;
	if (!c->n_kernels)
		return refuse(error, "kernels: name one at least");
	return take_list(c, json, "skips", add_skip, error);
}

int cert_parse(const char *file, const char *text, size_t len, struct cert *ret, char **ret_error)
{
	_cleanup_text_ struct text error = { 0 };
	_cleanup_cert_ struct cert c = { 0 };
	cJSON *json = json_strict(text, len, &error);
	int r = json ? read_cert(json, &c, &error) : -EINVAL;

	cJSON_Delete(json);
	if (r < 0) {
		*ret_error = xasprintf("%s: %s", file, text_str(&error));
		return r;
	}
	*ret = c;
	c = (struct cert){ 0 };
	return 0;
}

int cert_load(const char *value, const char *dir, struct cert *ret, char **ret_text,
	      size_t *ret_len, char **ret_error)
{
	_cleanup_free_ char *path = list_path(value, dir);
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	r = read_file_at(AT_FDCWD, path, CERT_MAX, &text, &len);
	if (r < 0) {
		_cleanup_free_ char *choices = list_choices(path, dir);

		*ret_error = xasprintf("CERT: cannot read %s: %s%s", path, errno_name(r), choices);
		return -EINVAL;
	}
	r = cert_parse(path, text, len, ret, ret_error);
	if (r < 0)
		return r;
	if (version_compare(ret->spec, MASKSPEC_SPEC_VERSION) > 0) {
		*ret_error = xasprintf("%s: spec: is %s, and this kit is of specification "
				       "" MASKSPEC_SPEC_VERSION "; take a newer kit",
				       path, ret->spec);
		cert_free(ret);
		return -EINVAL;
	}
	*ret_text = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}
