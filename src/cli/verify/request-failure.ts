import { systemErrorCode } from '../../core/errors.js';

/** The reason why an answer is missing or incomplete. */
export interface RequestFailure {
  kind: RequestFailureKind;
  detail: string;
  /** The command or edit that fixes it. */
  fix: string;
}

/** `network`: everything else between this machine and a complete answer. */
type RequestFailureKind = 'given-up' | 'interrupted' | 'network' | 'redirects' | 'timeout' | 'tls' | 'too-large';

/** Thrown when this package itself stops reading an answer. */
export class AbandonedAnswer extends Error {
  readonly failure: RequestFailure;

  constructor(kind: RequestFailureKind, detail: string, fix: string) {
    super(detail);
    this.failure = { kind, detail, fix };
  }
}

/** @param error of a request, of its answer, or of decoding it. */
export function toRequestFailure(error: unknown): RequestFailure {
  if (error instanceof AbandonedAnswer) return error.failure;
  const code = systemErrorCode(error) ?? '';
  const message = error instanceof Error ? error.message : String(error);
  const reason = opensslReason(message);
  const [kind, detail, fix] = REMEDIES[code] ?? REMEDIES[codeOfReason(reason)] ?? remedyByFamily(code, reason ?? message);
  return { kind, detail: code ? `${detail} (${code})` : detail, fix };
}

type Remedy = readonly [kind: RequestFailureKind, detail: string, fix: string];

const CHECK_ADDRESS = 'check the host and port, and that this machine can reach the site';
const NO_LOOKUP = 'the host name could not be resolved: no answer from DNS';
const RESET: Remedy = ['network', 'the connection was closed before the whole answer arrived', "read the server's log, and try again"];
const UNKNOWN_AUTHORITY = 'this machine does not know the authority that signed the certificate';
const TRUST = 'if the certificate is your own, name its authority: NODE_EXTRA_CA_CERTS=ca.pem next-smart-cache verify …';
const CHAIN = 'make the server send the intermediate certificates too ("fullchain.pem")';
/** Node reads a plain-text answer as the head of a TLS record. */
const NO_TLS: Remedy = ['tls', 'the server does not speak TLS on this port', 'use http://, or the port for https'];

/** Error code of Node's `net`, `tls`, `dns` or HTTP parser → what it means, and what to do. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  ECONNREFUSED: ['network', 'connection refused: no server listens on this host and port', 'start the site, or check the host and port'],
  ENOTFOUND: ['network', 'no such host in DNS', 'check the spelling of the host, and its DNS entry'],
  EAI_AGAIN: ['network', NO_LOOKUP, 'check the network of this machine, and try again'],
  EHOSTUNREACH: ['network', 'the network has no route to this host', CHECK_ADDRESS],
  ENETUNREACH: ['network', 'the network of this host is unreachable', CHECK_ADDRESS],
  EADDRNOTAVAIL: ['network', 'this machine cannot connect to this address', CHECK_ADDRESS],
  ETIMEDOUT: ['timeout', 'the host did not accept the connection in time', CHECK_ADDRESS],
  ECONNRESET: RESET,
  EPIPE: RESET,
  HPE_HEADER_OVERFLOW: [
    'network',
    'the headers of the answer are larger than 16 kB, the limit of Node and of many proxies',
    'find the large ones, usually cookies or Link: curl -sD - -o /dev/null <url>',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', 'the certificate is self-signed', TRUST],
  SELF_SIGNED_CERT_IN_CHAIN: ['tls', UNKNOWN_AUTHORITY, TRUST],
  UNABLE_TO_GET_ISSUER_CERT: ['tls', UNKNOWN_AUTHORITY, CHAIN],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['tls', UNKNOWN_AUTHORITY, CHAIN],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['tls', 'the server does not send the intermediate certificates', CHAIN],
  CERT_HAS_EXPIRED: ['tls', 'the certificate has expired', 'renew it'],
  CERT_NOT_YET_VALID: ['tls', 'the certificate is not valid yet', 'check the clocks of both machines'],
  CERT_REVOKED: ['tls', 'the certificate has been revoked', 'renew it'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['tls', 'the certificate is for another host', 'use a host name in it, or get a certificate for this one'],
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/**
 * The reason in a line of OpenSSL's error queue:
 * `error:<number>:<library>:<function>:<reason>:<file>:<line>:<more>`. For an
 * error while writing, Node has this line as the message and `EPROTO` as the code.
 */
function opensslReason(message: string): string | undefined {
  return /error:[0-9a-f]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1];
}

/** Spells a reason of OpenSSL like Node's error codes. */
function codeOfReason(reason: string | undefined): string {
  return reason === undefined ? '' : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

function remedyByFamily(code: string, message: string): Remedy {
  if (/^HPE_/.test(code)) return ['network', 'the answer is not HTTP', 'check the port, or use https://'];
  if (/^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(code)) return ['tls', `no TLS connection: ${message}`, "check the server's TLS settings"];
  if (/^(?:Z_|ERR__?ERROR_|ERR_BROTLI|ERR_PADDING|ZSTD_)/.test(code)) {
    return ['network', 'the body does not have the encoding in Content-Encoding', 'compress in one place only: the app or the proxy'];
  }
  return ['network', message, CHECK_ADDRESS];
}
