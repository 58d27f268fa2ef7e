import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** The folder with `ca.pem`, and a certificate and its key by name: `server.pem`, `server.key`. */
  readonly folder: string;
  read(file: string): string;
  remove(): void;
}

/** Makes an authority of its own, and certificates for these names, which stand for 127.0.0.1. It needs openssl. */
export function makeCertificates(...names: string[]): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'customer360-certificates-'));
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2');
  for (const name of names) {
    writeFileSync(at(`${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed);
  }
  return {
    folder,
    read: (file) => readFileSync(at(file), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
