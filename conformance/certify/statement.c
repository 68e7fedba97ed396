/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/statement.h"

#include <cjson/cJSON.h>
#include <ctype.h>

#define TYPE "https://in-toto.io/Statement/v1"
#define PREDICATE "https://in-toto.io/attestation/test-result/v0.1"

static cJSON *add_object(cJSON *list)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(list, o);
	return o;
}

/* A ResourceDescriptor; one without a digest is then told by identify(). */
static cJSON *add_resource(cJSON *list, const char *kind, const char *name, const char *algorithm,
			   const char *digest)
{
	_cleanup_free_ char *whole = *name ? xasprintf("%s/%s", kind, name) : xstrdup(kind);
	cJSON *o = add_object(list);

	cJSON_AddStringToObject(o, "name", whole);
	if (*digest)
		cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "digest"), algorithm, digest);
	return o;
}

/* in-toto wants a digest, a URI or the content: of what has no digest, a package URL. */
static void identify(cJSON *resource, const char *package, const char *version)
{
	_cleanup_text_ struct text uri = { 0 };

	if (cJSON_HasObjectItem(resource, "digest"))
		return;
	text_addf(&uri, "pkg:generic/%s@", package);
	for (; *version; version++)
		text_addf(&uri,
			  isalnum((unsigned char)*version) || strchr("-._~", *version) ? "%c"
										       : "%%%02X",
			  (unsigned char)*version);
	cJSON_AddStringToObject(resource, "uri", uri.s);
}

static void annotate(cJSON *resource, const char *name, const char *value)
{
	cJSON *a = cJSON_GetObjectItemCaseSensitive(resource, "annotations");

	if (!*value)
		return;
	if (!a)
		a = cJSON_AddObjectToObject(resource, "annotations");
	cJSON_AddStringToObject(a, name, value);
}

static void add_configuration(cJSON *predicate, const struct statement *s)
{
	cJSON *list = cJSON_AddArrayToObject(predicate, "configuration");
	cJSON *o;
	size_t i;

	o = add_resource(list, "kernel", s->kernel_name, "sha256", s->image);
	identify(o, "linux", s->kernel_version);
	annotate(o, "version", s->kernel_version);
	o = add_resource(list, "profile", s->cert_name, "sha256", s->cert_sha256);
	annotate(o, "specification", s->cert_spec);
	o = add_resource(list, "kit", "maskspec", "gitCommit",
			 streq(s->kit_commit, "unknown") ? "" : s->kit_commit);
	identify(o, "maskspec", s->kit_version);
	annotate(o, "version", s->kit_version);
	add_resource(list, "specification", "", "sha256", s->kit_spec);
	add_resource(list, "fixtures", "", "sha256", s->cases);
	o = add_resource(list, "archive", "MANIFEST", "sha256", s->manifest);
	annotate(o, "nonce", s->nonce);
	for (i = 0; i < REQ_COUNT; i++)
		if (s->graded->declared[i]) {
			o = add_resource(list, "deviation", requirements[i].id, "sha256",
					 s->deviations);
			annotate(o, "reason", s->graded->declared[i]);
		}
}

static void add_tests(cJSON *predicate, const char *name, const struct graded *g,
		      enum standing standing)
{
	cJSON *list = cJSON_AddArrayToObject(predicate, name);
	size_t i;

	for (i = 0; i < REQ_COUNT; i++)
		if (g->ids[i] == standing)
			cJSON_AddItemToArray(list, cJSON_CreateString(requirements[i].id));
}

char *statement_text(const struct statement *s)
{
	cJSON *root = cJSON_CreateObject(), *subject, *predicate;
	_cleanup_text_ struct text t = { 0 };
	char *text;

	cJSON_AddStringToObject(root, "_type", TYPE);
	subject = add_object(cJSON_AddArrayToObject(root, "subject"));
	cJSON_AddStringToObject(subject, "name", s->runtime_name);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(subject, "digest"), "sha256",
				s->runtime_sha256);
	cJSON_AddStringToObject(root, "predicateType", PREDICATE);
	predicate = cJSON_AddObjectToObject(root, "predicate");
	cJSON_AddStringToObject(predicate, "result", grade_names[s->graded->grade]);
	add_configuration(predicate, s);
	add_tests(predicate, "passedTests", s->graded, STANDING_PASSED);
	add_tests(predicate, "warnedTests", s->graded, STANDING_WARNED);
	add_tests(predicate, "failedTests", s->graded, STANDING_FAILED);
	text = cJSON_PrintUnformatted(root);
	if (text)
		text_addf(&t, "%s\n", text);
	cJSON_free(text);
	cJSON_Delete(root);
	return TAKE_PTR(t.s);
}
