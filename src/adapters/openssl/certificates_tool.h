#pragma once

// For tests: certificates made by the openssl command line in a folder.

#include <string>
#include <vector>

#include "adapters/openssl/certificate.h"
#include "adapters/openssl/child_process_tool.h"

namespace proviso::testing_tools {

struct CertificateFiles {
  std::string certificate;
  std::string key;

  openssl::Fingerprint fingerprint() const {
    const ChildProcess shown(
        {"openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"});
    const std::string line = shown.read_line();  // sha256 Fingerprint=AB:CD:...
    return openssl::Fingerprint::parse(line.substr(line.find('=') + 1)).value();
  }
};

// Signed by itself, for the names, as in "DNS:localhost,IP:127.0.0.1".
inline CertificateFiles make_certificate(const TemporaryFolder& folder,
                                         const std::string& stem,
                                         const std::string& names) {
  CertificateFiles files{.certificate = folder / (stem + ".pem"), .key = folder / (stem + ".key")};
  run_to_end({"openssl",
              "req",
              "-x509",
              "-newkey",
              "ec",
              "-pkeyopt",
              "ec_paramgen_curve:P-256",
              "-nodes",
              "-days",
              "2",
              "-subj",
              "/CN=" + stem,
              "-addext",
              "subjectAltName=" + names,
              "-keyout",
              files.key,
              "-out",
              files.certificate});
  return files;
}

}  // namespace proviso::testing_tools
