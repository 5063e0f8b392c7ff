import { systemErrorCode } from '../../core/errors.js';

type RequestFailureKind =
  | 'timeout'
  | 'refused'
  | 'not-found'
  | 'unreachable'
  | 'tls'
  | 'reset'
  | 'not-http'
  | 'large-headers'
  | 'too-large'
  | 'bad-encoding'
  | 'redirects'
  | 'interrupted'
  | 'given-up';

/** Why there is no complete answer. */
export interface RequestFailure {
  kind: RequestFailureKind;
  detail: string;
  /** The command or edit that mends it. */
  fix: string;
}

/** Thrown where this package stops reading an answer. */
export class AbandonedAnswer extends Error {
  readonly failure: RequestFailure;

  constructor(kind: RequestFailureKind, detail: string, fix: string) {
    super(detail);
    this.failure = { kind, detail, fix };
  }
}

type Remedy = readonly [kind: RequestFailureKind, detail: string, fix: string];

const TRUST = 'if the certificate is your own, name its authority: NODE_EXTRA_CA_CERTS=ca.pem next-smart-cache verify …';
const CHAIN = 'let the server send the certificates in between too ("fullchain.pem")';
/** An answer in plain text, read as the head of a TLS record. */
const NO_TLS: Remedy = ['tls', 'what listens there does not speak TLS', 'use http://, or the port for https'];
const NOT_THERE = 'check the host and port, and that the site can be reached from this machine';

/** By the codes of Node's `net`, `tls`, `dns`, `zlib` and HTTP parser. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  ECONNREFUSED: ['refused', 'nothing listens there (connection refused)', 'start the site, or check the host and port'],
  ENOTFOUND: ['not-found', 'no such host (DNS)', 'check how the host is spelled, and that its DNS entry is there'],
  EAI_AGAIN: ['not-found', 'the host name could not be looked up (DNS did not answer)', 'check the network of this machine, and try again'],
  EHOSTUNREACH: ['unreachable', 'no way leads to this host', NOT_THERE],
  ENETUNREACH: ['unreachable', 'no way leads to this network', NOT_THERE],
  EADDRNOTAVAIL: ['unreachable', 'no way leads to this address', NOT_THERE],
  ETIMEDOUT: ['timeout', 'the host did not answer to the connection', NOT_THERE],
  ECONNRESET: ['reset', 'the connection was closed before the whole answer had come', "look into the server's log; try again"],
  EPIPE: ['reset', 'the connection was closed before the whole answer had come', "look into the server's log; try again"],
  HPE_HEADER_OVERFLOW: [
    'large-headers',
    'the headers of the answer are larger than 16 kB, more than Node and many proxies read',
    'see which they are: curl -sD - -o /dev/null <url>; cookies and Link headers are the usual ones',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', 'the certificate is signed by itself', TRUST],
  SELF_SIGNED_CERT_IN_CHAIN: ['tls', 'the certificate comes from an authority that is not known here', TRUST],
  UNABLE_TO_GET_ISSUER_CERT: ['tls', 'the certificate comes from an authority that is not known here', CHAIN],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['tls', 'the certificate comes from an authority that is not known here', CHAIN],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['tls', 'the certificates between it and a known authority are missing', CHAIN],
  CERT_HAS_EXPIRED: ['tls', 'the certificate has expired', 'renew it'],
  CERT_NOT_YET_VALID: ['tls', 'the certificate is not valid yet', 'check the clocks of both machines'],
  CERT_REVOKED: ['tls', 'the certificate has been revoked', 'renew it'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls',
    'the certificate is for another host',
    'use a host name that it holds, or get a certificate for this one',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/** @param error of a request, of its answer, or of decoding it. */
export function toRequestFailure(error: unknown): RequestFailure {
  if (error instanceof AbandonedAnswer) return error.failure;
  const code = systemErrorCode(error) ?? '';
  const message = error instanceof Error ? error.message : String(error);
  const reason = opensslReason(message);
  const [kind, detail, fix] = REMEDIES[code] ?? REMEDIES[codeOfReason(reason)] ?? remedyByFamily(code, reason ?? message);
  return { kind, detail: code ? `${detail} (${code})` : detail, fix };
}

/**
 * What OpenSSL says, out of a line of its error queue:
 * `error:<number>:<library>:<function>:<reason>:<file>:<line>:<more>`. Where
 * it is met while writing, Node gives the line for a message, and `EPROTO` for a code.
 */
function opensslReason(message: string): string | undefined {
  return /error:[0-9a-f]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1];
}

/** As Node makes its codes of them. */
function codeOfReason(reason: string | undefined): string {
  return reason === undefined ? '' : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

function remedyByFamily(code: string, message: string): Remedy {
  if (/^HPE_/.test(code)) return ['not-http', 'the answer is not HTTP', 'check the port; https:// may be meant'];
  if (/^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(code)) return ['tls', `no TLS connection: ${message}`, "check the server's TLS settings"];
  if (/^(?:Z_|ERR__?ERROR_|ERR_BROTLI|ERR_PADDING|ZSTD_)/.test(code)) {
    return [
      'bad-encoding',
      'the body is not in the encoding that Content-Encoding names',
      'let one place alone compress: the app or the proxy',
    ];
  }
  return ['unreachable', message, NOT_THERE];
}
