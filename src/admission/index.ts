export {
  type CertificateFiles,
  ensureSelfSigned,
  makeSelfSigned,
  readCertificate,
  selfSignedFiles,
} from './certificate.js';
export { type RunningServer, type ServerDependencies, startServer } from './server.js';
