import { toRequestFailure } from '../../../../src/cli/verify/request-failure';

const fromOpenssl = (code: string, reason: string) =>
  Object.assign(
    new Error(`80AC86FC:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../deps/openssl/ssl/record/ssl3_record.c:350:\n`),
    {
      code,
    },
  );

test.each([
  ['EPROTO', 'wrong version number', 'the server does not speak TLS on this port (EPROTO)'],
  [
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
    'packet length too long',
    'the server does not speak TLS on this port (ERR_SSL_PACKET_LENGTH_TOO_LONG)',
  ],
  ['EPROTO', 'sslv3 alert handshake failure', 'no TLS connection: sslv3 alert handshake failure (EPROTO)'],
])('shows only the reason of an OpenSSL error: %s, %s', (code, reason, detail) => {
  expect(toRequestFailure(fromOpenssl(code, reason))).toMatchObject({ kind: 'tls', detail });
});
