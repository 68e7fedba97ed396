/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "conformance/certify/crypto.h"
#include "conformance/certify/key_kind.h"

/* Bytes; a key of ours has some 300, an RSA key of 16384 bits 13,000. */
#define KEY_FILE_MAX 65536
/* Of PBKDF2 with HMAC-SHA256; what libcrypto takes by itself is made for the year 2000. */
#define ROUNDS 600000
#define SALT_BYTES 16

/* Reading ------------------------------------------------------------------------------------- */

static int cannot(const char *path, const char *what, int r, char **ret_error)
{
	*ret_error = xasprintf("%s: the key can't be %s: %s", path, what, errno_name(r));
	return r;
}

static int refused(const char *path, const char *why, char **ret_error)
{
	ERR_clear_error();
	*ret_error = xasprintf("%s: %s", path, why);
	return -EINVAL;
}

/* The public key at @pem, or NULL. */
static EVP_PKEY *parse_public(const char *pem, size_t size)
{
	_cleanup_bio_ BIO *bio = BIO_new_mem_buf(pem, (int)size);

	return bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
}

int key_parse_public(const char *name, const char *pem, size_t size, struct key *ret,
		     char **ret_error)
{
	static const char begin[] = "-----BEGIN ";
	const char *first = strstr(pem, begin);
	EVP_PKEY *pkey;

	if (size > KEY_FILE_MAX)
		return refused(name, "too large for a key", ret_error);
	if (strstr(pem, "PRIVATE KEY-----")) {
		refused(name, "holds a private key; give the public one, NAME.pub.pem", ret_error);
		return -EPROTOTYPE;
	}
	/* Of two one would be trusted and the other only be seen. */
	if (first && strstr(first + 1, begin))
		return refused(name, "more than one thing in PEM; a public key stands alone",
			       ret_error);
	pkey = parse_public(pem, size);
	if (!pkey)
		return refused(name, "no public key in PEM (\"-----BEGIN PUBLIC KEY-----\")",
			       ret_error);
	return key_of(name, pkey, ret, ret_error);
}

int key_read_public(const char *path, struct key *ret, char **ret_error)
{
	_cleanup_free_ char *pem = NULL;
	size_t size;
	int r = read_file_at(AT_FDCWD, path, KEY_FILE_MAX, &pem, &size);

	if (r < 0)
		return cannot(path, "read", r, ret_error);
	return key_parse_public(path, pem, size, ret, ret_error);
}

struct asked {
	const struct passphrase_source *from;
	const char *path;
	struct passphrase p;
	bool encrypted;
	char *error;
	int r;
};

/* Of libcrypto's, which may ask more than once. */
static int answer(char *buf, int size, _unused_ int writing, void *data)
{
	struct asked *a = data;

	if (!a->encrypted) {
		a->encrypted = true;
		if (a->from->terminal || a->from->from_fd) {
			a->r = passphrase_read(a->from, a->path, false, &a->p, &a->error);
		} else {
			a->r = -EKEYREJECTED;
			a->error = xasprintf("%s: encrypted; give --passphrase, or "
					     "--passphrase-fd N",
					     a->path);
		}
	}
	if (a->r < 0 || a->p.len > (size_t)size)
		return -1;
	memcpy(buf, a->p.s, a->p.len);
	return (int)a->p.len;
}

static int parse_private(const char *pem, size_t size, struct asked *a, struct key *ret,
			 char **ret_error)
{
	_cleanup_bio_ BIO *bio = BIO_new_mem_buf(pem, (int)size);
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, answer, a) : NULL;

	if (pkey)
		return key_of(a->path, pkey, ret, ret_error);
	if (a->error) {
		ERR_clear_error();
		*ret_error = a->error;
		return a->r;
	}
	if (a->encrypted) {
		refused(a->path, "the passphrase does not open it", ret_error);
		return -EKEYREJECTED;
	}
	return refused(a->path, "no private key in PEM (\"-----BEGIN PRIVATE KEY-----\")",
		       ret_error);
}

static int open_private(const char *path, char **ret_error)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_text_ struct text word = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return cannot(path, "read", -errno, ret_error);
	if (!S_ISREG(st.st_mode))
		return refused(path, "not a regular file", ret_error);
	if (!(st.st_mode & 077))
		return TAKE_FD(fd);
	text_add_word(&word, path);
	*ret_error = xasprintf("%s: mode %04o: a private key that others can reach; run: "
			       "chmod 600 %s",
			       path, st.st_mode & 07777, word.s);
	return -EPERM;
}

/* Up to @max bytes; there may be more. */
static ssize_t read_up_to(int fd, char *s, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(fd, s + len, max - len);

		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int key_read_private(const char *path, const struct passphrase_source *from, struct key *ret,
		     char **ret_error)
{
	_cleanup_close_ int fd = open_private(path, ret_error);
	struct asked a = { .from = from, .path = path };
	char pem[KEY_FILE_MAX];
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	n = read_up_to(fd, pem, sizeof(pem));
	r = n < 0 ? cannot(path, "read", (int)n, ret_error)
		  : parse_private(pem, (size_t)n, &a, ret, ret_error);
	OPENSSL_cleanse(pem, sizeof(pem));
	passphrase_wipe(&a.p);
	return r;
}

int key_read(const char *path, const struct passphrase_source *from, struct key *ret,
	     char **ret_error)
{
	_cleanup_free_ char *error = NULL;
	int r = key_read_public(path, ret, &error);

	if (r == -EPROTOTYPE)
		return key_read_private(path, from, ret, ret_error);
	if (r < 0)
		*ret_error = TAKE_PTR(error);
	return r;
}

/* Writing ------------------------------------------------------------------------------------- */

char *key_public_path(const char *path)
{
	size_t n = strlen(path);

	if (n > 4 && streq(path + n - 4, ".pem"))
		n -= 4;
	return xasprintf("%.*s.pub.pem", (int)n, path);
}

static int create(const char *path, mode_t mode, BIO *pem, char **ret_error)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	char *s;
	long len = BIO_get_mem_data(pem, &s);
	int r;

	if (fd < 0 && errno == EEXIST) {
		*ret_error = xasprintf("%s: is there already, and no key is overwritten; name "
				       "another file",
				       path);
		return -EEXIST;
	}
	if (fd < 0)
		return cannot(path, "written", -errno, ret_error);
	/* A short write says nothing. */
	errno = ENOSPC;
	if (write(fd, s, (size_t)len) == len && fsync(fd) == 0)
		return 0;
	r = -errno;
	unlink(path);
	return cannot(path, "written", r, ret_error);
}

/* As PEM; false where libcrypto could not. */
static bool seal(EVP_PKEY *pkey, const struct passphrase *p, BIO *pem)
{
	_cleanup_pkcs8_ PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	_cleanup_sealed_ X509_SIG *sealed = NULL;

	if (!info || !p)
		return info && PEM_write_bio_PKCS8_PRIV_KEY_INFO(pem, info) == 1;
	sealed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), p->s, (int)p->len, NULL, SALT_BYTES, ROUNDS,
			       info);
	return sealed && PEM_write_bio_PKCS8(pem, sealed) == 1;
}

int key_write(const struct key *k, const char *path, const struct passphrase *p, char **ret_error)
{
	_cleanup_free_ char *public_path = key_public_path(path);
	_cleanup_bio_ BIO *secret = BIO_new(BIO_s_mem()), *public = BIO_new(BIO_s_mem());
	int r;

	if (!secret || !public || !seal(k->pkey, p, secret) ||
	    PEM_write_bio_PUBKEY(public, k->pkey) != 1)
		return crypto_failed(path, ret_error);
	r = create(path, 0600, secret, ret_error);
	if (r < 0)
		return r;
	r = create(public_path, 0644, public, ret_error);
	if (r < 0)
		unlink(path);
	return r;
}
