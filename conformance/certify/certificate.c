/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/certificate.h"

#include <dirent.h>
#include <fcntl.h>

#include "conformance/certify/digests.h"
#include "conformance/report/json.h"
#include "conformance/report/output.h"

/* certificate.json ----------------------------------------------------------------------------- */

static void add_profile(cJSON *root, const struct certificate *c)
{
	cJSON *o = cJSON_AddObjectToObject(root, "profile");
	char sum[SHA256_HEX];

	sha256_text(c->cert_text, c->cert_len, sum);
	json_put(o, "name", c->cert->name);
	json_put(o, "title", c->cert->title);
	json_put(o, "specification", c->cert->spec);
	json_put(o, "sha256", sum);
}

/* The one that made the facts, whoever judges them. */
static void add_kit(cJSON *root, const struct report *r)
{
	cJSON *o = cJSON_AddObjectToObject(root, "kit");

	json_put(o, "version", r->kit_version);
	json_put(o, "commit", r->kit_commit);
	json_put(o, "spec", r->kit_spec);
}

static void add_runtime(cJSON *root, const struct certificate *c, const struct report *r)
{
	_cleanup_free_ char *name = report_runtime_name(r), *version = report_runtime_version(r);
	cJSON *o = cJSON_AddObjectToObject(root, "runtime");
	char sum[SHA256_HEX];

	sha256_text(c->about, strlen(c->about), sum);
	json_put(o, "name", name);
	json_put(o, "version", version);
	json_put(o, "sha256", r->runtime_sha256);
	json_put_lines(o, "argv", r->runtime_argv);
	json_put(o, "about", sum);
}

static void add_kernel(cJSON *list, const struct campaign_kernel *k, size_t number)
{
	_cleanup_free_ char *folder = xasprintf("kernels/%zu", number);
	const struct report *r = campaign_kernel_told(k);
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(list, o);
	json_put(o, "folder", folder);
	json_put(o, "name", report_kernel_name(r));
	json_put(o, "version", r->kernel);
	json_put(o, "machine", r->machine);
	json_put(o, "distro", r->distro);
	json_put(o, "cgroup", r->cgroup);
	json_put(o, "lsm", r->lsm);
	json_put(o, "image", r->kernel_name ? r->vm.image : "");
	cJSON_AddNumberToObject(o, "runs", (double)k->n);
	json_put(o, "result", grade_names[k->graded.grade]);
	json_put_lines(o, "reasons", text_str(&k->graded.reasons));
}

static char *json_text(const struct certificate *c)
{
	_cleanup_cjson_ cJSON *root = cJSON_CreateObject();
	cJSON *list;
	char *text, *ret;
	size_t i;

	json_put(root, "schema", CERTIFICATE_SCHEMA);
	json_put(root, "result", grade_names[c->campaign->grade]);
	json_put_lines(root, "reasons", text_str(&c->campaign->reasons));
	json_put(root, "vendor", c->vendor);
	json_put(root, "product", c->product);
	json_put(root, "nonce", c->nonce);
	json_put(root, "made", c->made);
	json_put(root, "key", c->key_id);
	add_profile(root, c);
	add_kit(root, campaign_told(c->campaign));
	add_runtime(root, c, campaign_told(c->campaign));
	list = cJSON_AddArrayToObject(root, "kernels");
	for (i = 0; i < c->campaign->n; i++)
		add_kernel(list, &c->campaign->kernels[i], i + 1);
	text = cJSON_Print(root);
	ret = xasprintf("%s\n", text ? text : "");
	cJSON_free(text);
	return ret;
}

/* Members -------------------------------------------------------------------------------------- */

static int add_member(struct ustar *a, char *name, char *data, size_t size, char **ret_error)
{
	int r = ustar_check(a, name, size, NULL, ret_error);

	if (r < 0) {
		free(name);
		free(data);
		return r;
	}
	return ustar_add(a, name, data, size);
}

static int add_text(struct ustar *a, const char *name, const char *text, size_t len,
		    char **ret_error)
{
	return add_member(a, xstrdup(name), xstrndup(text, len), len, ret_error);
}

static int add_file(struct ustar *a, const char *dir, const char *name, char **ret_error)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	char *data;
	size_t len;
	int r = read_file_at(AT_FDCWD, path, USTAR_MEMBER_MAX, &data, &len);

	if (r < 0) {
		*ret_error = xasprintf("%s: %s", path, errno_name(r));
		return r;
	}
	return add_member(a, xstrdup(name), data, len, ret_error);
}

static int is_member(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int add_facts(struct ustar *a, const char *dir, const char *run, char **ret_error)
{
	_cleanup_free_ char *path = xasprintf("%s/%s/facts", dir, run);
	struct dirent **names;
	int i, n = scandir(path, &names, is_member, alphasort), r = n < 0 ? -errno : 0;

	if (r < 0)
		*ret_error = xasprintf("%s: %s", path, errno_name(r));
	for (i = 0; i < n; i++) {
		_cleanup_free_ char *name = xasprintf("%s/facts/%s", run, names[i]->d_name);

		free(names[i]);
		if (r == 0)
			r = add_file(a, dir, name, ret_error);
	}
	if (n >= 0)
		free(names);
	return r;
}

static int add_run(struct ustar *a, const char *dir, size_t kernel, size_t run, char **ret_error)
{
	static const char *const reports[] = { "report.json", "report.html" };
	_cleanup_free_ char *path = campaign_run_path("", kernel, run);
	int r = add_facts(a, dir, path + 1, ret_error);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reports) && r == 0; i++) {
		_cleanup_free_ char *name = xasprintf("%s/%s", path + 1, reports[i]);

		r = add_file(a, dir, name, ret_error);
	}
	return r;
}

static int add_runs(const struct certificate *c, const char *dir, struct ustar *a, char **ret_error)
{
	size_t i, n;
	int r = 0;

	for (i = 0; i < c->campaign->n && r == 0; i++)
		for (n = 0; n < c->campaign->kernels[i].n && r == 0; n++)
			r = add_run(a, dir, i + 1, n + 1, ret_error);
	return r;
}

bool certificate_is_statement(const char *name)
{
	const char *rest = strip_prefix(name, "kernels/");

	rest = rest ? rest + strspn(rest, "0123456789") : "";
	return streq(rest, "/statement.json") || streq(rest, "/statement.dsse.json");
}

char *certificate_statement_name(size_t kernel, bool is_signed)
{
	return xasprintf("kernels/%zu/statement%s.json", kernel, is_signed ? ".dsse" : "");
}

int certificate_gather(const struct certificate *c, const char *dir, struct ustar *a,
		       char **ret_error)
{
	_cleanup_free_ char *json = NULL, *digests = NULL;
	int r;

	if (!campaign_told(c->campaign)) {
		*ret_error = xstrdup("no facts say of which runtime and kit they are, so there is "
				     "nothing to certify; look at what the runs said");
		return -ENODATA;
	}
	json = json_text(c);
	r = add_text(a, "certificate.json", json, strlen(json), ret_error);
	if (r == 0)
		r = add_text(a, "about", c->about, strlen(c->about), ret_error);
	if (r == 0)
		r = add_text(a, "profile", c->cert_text, c->cert_len, ret_error);
	if (r == 0 && c->deviations)
		r = add_text(a, DEVIATIONS_MEMBER, c->deviations, strlen(c->deviations), ret_error);
	if (r == 0)
		r = add_runs(c, dir, a, ret_error);
	if (r < 0)
		return r;
	digests = digests_text(a, certificate_is_statement);
	return add_text(a, DIGESTS_MEMBER, digests, strlen(digests), ret_error);
}

char *certificate_statement(const struct certificate *c, size_t kernel, const struct ustar *a)
{
	const struct ustar_member *digests = ustar_find(a, DIGESTS_MEMBER);
	const struct campaign_kernel *k = &c->campaign->kernels[kernel - 1];
	const struct report *r = campaign_kernel_told(k), *told = campaign_told(c->campaign);
	_cleanup_free_ char *name = report_runtime_name(told);
	char sum[SHA256_HEX], manifest[SHA256_HEX], deviations[SHA256_HEX] = "";

	if (c->deviations)
		sha256_text(c->deviations, strlen(c->deviations), deviations);
	sha256_text(c->cert_text, c->cert_len, sum);
	sha256_text(digests->data, digests->size, manifest);
	return statement_text(&(struct statement){
		.runtime_name = name,
		.runtime_sha256 = str(told->runtime_sha256),
		.kernel_name = report_kernel_name(r),
		.kernel_version = str(r->kernel),
		.image = r->kernel_name ? r->vm.image : "",
		.cert_name = c->cert->name,
		.cert_spec = c->cert->spec,
		.cert_sha256 = sum,
		.kit_version = str(told->kit_version),
		.kit_commit = str(told->kit_commit),
		.kit_spec = str(told->kit_spec),
		.cases = k->cases,
		.manifest = manifest,
		.deviations = deviations,
		.nonce = c->nonce,
		.graded = &k->graded,
	});
}
