/* CURVE keys as text: Z85, and the certificate files that pyzmq and czmq write (ZPL):
 *
 *     curve
 *         public-key = "..."
 *         secret-key = "..."      # only in the secret half
 */
#ifndef JD_BASE_CERTIFICATE_H
#define JD_BASE_CERTIFICATE_H

#include "base/yaml.h"

enum { JD_KEY_BYTES = 32, JD_KEY_TEXT = 40 };

typedef struct jd_certificate {
    char public_key[JD_KEY_TEXT + 1]; /* Z85; "" where the file has none */
    char secret_key[JD_KEY_TEXT + 1];
} jd_certificate;

bool jd_key_is_z85(jd_str text); /* 40 characters that are 32 bytes */
void jd_key_text(const uint8_t key[JD_KEY_BYTES], char out[JD_KEY_TEXT + 1]);

/* Mistakes with file and line. The public key must be there, the secret one where it is asked for. */
bool jd_certificate_read(const char *file, bool secret, jd_certificate *out, jd_diag *d);
void jd_certificate_write(const jd_certificate *c, bool secret, jd_buf *out);
void jd_certificate_forget(jd_certificate *c);

#endif
