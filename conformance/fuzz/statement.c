/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/digests.h"
#include "conformance/certify/dsse.h"
#include "conformance/certify/evidence.h"
#include "conformance/certify/remade.h"
#include "conformance/fixture.h"
#include "conformance/fuzz/fuzz.h"
#include "conformance/report/json.h"
#include "conformance/report/output.h"

#define FIXTURES "fixtures"
#define MEMBER "== "
#define DUE_MAX 2

/* Each "== NAME" begins a member, which ends before the next; what is counted in it is put right.
 */
static void add_members(struct ustar *a, char *text)
{
	_cleanup_text_ struct text data = { 0 };
	char *rest = text, *line, *name = NULL;

	do {
		line = next_line(&rest);
		if (line && !strip_prefix(line, MEMBER)) {
			text_addf(&data, "%s\n", line);
			continue;
		}
		if (name) {
			bool counted = strstr(name, "/facts/") != NULL;
			char *whole = !counted			? xstrdup(text_str(&data))
				      : ends_in(name, ".facts") ? mended_facts(text_str(&data))
								: mended_case(text_str(&data));

			ustar_add(a, xstrdup(name), whole, strlen(whole));
		}
		text_free(&data);
		name = line ? line + strlen(MEMBER) : NULL;
	} while (line);
}

static void check_lines(const struct text *lines)
{
	_cleanup_text_ struct text clean = { 0 };

	output_clean(&clean, text_str(lines), true);
	MUST(streq(text_str(&clean), text_str(lines)));
}

/* What in-toto asks of every ResourceDescriptor. */
static void check_resource(const cJSON *o)
{
	const cJSON *digest = json_field(o, "digest");

	MUST(*json_string(o, "name", ""));
	MUST(digest ? digest->child && *digest->child->valuestring : *json_string(o, "uri", ""));
}

static void check_statement(const char *text)
{
	_cleanup_text_ struct text error = { 0 };
	_cleanup_cjson_ cJSON *root = json_strict(text, strlen(text), &error);
	const cJSON *predicate = json_field(root, "predicate"), *o;

	MUST(root);
	MUST(text[strcspn(text, "\n") + 1] == '\0');
	MUST(streq(json_string(root, "_type", ""), "https://in-toto.io/Statement/v1"));
	MUST(strstr("PASSED WARNED FAILED", json_string(predicate, "result", "-")));
	MUST(cJSON_GetArraySize(json_field(predicate, "configuration")) >= 6);
	cJSON_ArrayForEach (o, json_field(predicate, "configuration"))
		check_resource(o);
}

/* Of a key that this process alone has. */
static const struct key *any_key(void)
{
	static struct key k;
	_cleanup_free_ char *error = NULL;

	if (!k.pkey)
		MUST(key_make(KEY_P256, &k, &error) == 0);
	return &k;
}

static void check_envelope(const char *statement)
{
	_cleanup_free_ char *envelope = NULL, *payload = NULL, *error = NULL;
	size_t size;

	MUST(dsse_sign(any_key(), statement, strlen(statement), &envelope, &error) == 0);
	MUST(dsse_open("fuzz", envelope, strlen(envelope), any_key(), &payload, &size, &error) ==
	     0);
	MUST(size == strlen(statement) && memcmp(payload, statement, size) == 0);
}

/* What the kit made of it, it takes, and makes the same of it again. */
static void remake(const struct remade *made, const struct layout *l, const struct cert *cert)
{
	_cleanup_remade_ struct remade again = { 0 };
	_cleanup_text_ struct text refusals = { 0 }, one = { 0 }, two = { 0 };
	_cleanup_free_ char *error = NULL;

	MUST(digests_check(&made->members, certificate_is_statement, &error) == 0);
	MUST(remade_make(&made->members, l, cert, FIXTURES, "", &again, &error) == 0);
	remade_compare(&again, &made->members, &refusals);
	MUST(!refusals.len);
	ustar_write(&made->members, &one);
	ustar_write(&again.members, &two);
	MUST(one.len == two.len && memcmp(one.s, two.s, one.len) == 0);
}

static void judge(const struct ustar *a, const struct layout *l, const struct cert *cert)
{
	_cleanup_remade_ struct remade made = { 0 };
	_cleanup_text_ struct text refusals = { 0 };
	_cleanup_free_ char *error = NULL;
	size_t i;

	if (remade_make(a, l, cert, FIXTURES, "", &made, &error) < 0) {
		MUST(error && *error);
		return;
	}
	remade_compare(&made, a, &refusals);
	check_lines(&refusals);
	for (i = 0; i < l->kernels; i++) {
		_cleanup_free_ char *statement =
			certificate_statement(&made.certificate, i + 1, &made.members);

		check_statement(statement);
		check_envelope(statement);
	}
	remake(&made, l, cert);
}

static void check_evidence(const struct ustar *a, const struct layout *l, const struct cert *cert)
{
	static struct plan due;
	_cleanup_text_ struct text refusals = { 0 }, notes = { 0 };
	_cleanup_free_ char *error = NULL;

	if (!due.n) {
		MUST(fixtures_load(FIXTURES "/bundles", &due.list, &error) == 0);
		plan_cases(&due, &due.list, "core", "");
		/* Each is digested each time, and some have a megabyte. */
		due.n = DUE_MAX;
	}
	evidence_check(a, l, &(struct evidence){ .cert = cert, .due = &due, .nonce = "n" },
		       &refusals, &notes);
	check_lines(&refusals);
	check_lines(&notes);
}

int fuzz_statement(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size), *error = NULL;
	_cleanup_free_ char *digests = NULL;
	_cleanup_ustar_ struct ustar a = { 0 };
	_cleanup_layout_ struct layout l = { 0 };
	_cleanup_cert_ struct cert cert = { 0 };
	const struct ustar_member *profile;

	add_members(&a, text);
	digests = digests_text(&a, certificate_is_statement);
	/* A member may stand in its way; then it is missing. */
	ustar_add(&a, xstrdup(DIGESTS_MEMBER), xstrdup(digests), strlen(digests));
	if (layout_read(&a, &l, &error) < 0) {
		MUST(error && *error && !strpbrk(error, "\n\033"));
		return 0;
	}
	profile = ustar_find(&a, "profile");
	if (cert_parse("profile", profile->data, profile->size, &cert, &error) < 0) {
		MUST(strip_prefix(error, "profile: "));
		return 0;
	}
	check_evidence(&a, &l, &cert);
	judge(&a, &l, &cert);
	return 0;
}
