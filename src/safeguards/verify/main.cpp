// proviso-verify: checks a log, evidence, consistency and written authorities with no network, no
// database and no trust in the operator or in the rest of Proviso. It links base and safeguards
// only.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>

#include "base/core/clock.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/verify/arguments.h"
#include "safeguards/verify/check_authority.h"
#include "safeguards/verify/check_log.h"

namespace {

using namespace proviso;          // NOLINT(google-build-using-namespace): the program's own.
using namespace proviso::verify;  // NOLINT(google-build-using-namespace): as above.

enum class Exit : std::uint8_t { kProven = 0, kNotProven = 1, kUsage = 2, kFault = 3 };

constexpr std::size_t kKeyFileBytesMax = 1024;

Result<note::VerifierKey> read_key(const std::string& text_or_file) {
  if (auto key = note::VerifierKey::parse(text_or_file)) return key;
  PROVISO_TRY(std::string text, read_text_file(text_or_file, kKeyFileBytesMax));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return note::VerifierKey::parse(text);
}

Result<std::filesystem::path> log_directory(const std::string& operand) {
  const std::filesystem::path path(operand);
  if (!std::filesystem::is_directory(path)) {
    return Error{ErrorCode::kNotFound,
                 concat("a log is a directory with a checkpoint in it; ",
                        in_quotes(operand),
                        " is none; check the path")};
  }
  return path;
}

Result<Report> verify_log(const Arguments& arguments) {
  LogQuestion question;
  PROVISO_TRY(question.key, read_key(arguments.options.at("key")));
  if (const auto pinned = arguments.options.find("pinned"); pinned != arguments.options.end()) {
    PROVISO_TRY(question.pinned_note, read_text_file(pinned->second, audit::kCheckpointBytesMax));
  }
  PROVISO_TRY(const auto directory, log_directory(arguments.operands[0]));
  return check_log(audit::PosixDisk(directory), question);
}

Result<Report> verify_authority(const Arguments& arguments, const note::VerifierKey& root) {
  WallTime at = SystemClock().wall();
  if (const auto given = arguments.options.find("at"); given != arguments.options.end()) {
    PROVISO_TRY(at, parse_rfc3339(given->second));
  }
  PROVISO_TRY(const Papers papers, read_papers(arguments.options.at("site"), root, at));
  PROVISO_TRY(const std::string note,
              read_text_file(arguments.operands[0], authority::WrittenAuthority::kNoteBytesMax));
  return check_authority(note, papers, at);
}

Result<Report> verify_one(const Arguments& arguments) {
  if (arguments.command == "log") return verify_log(arguments);
  PROVISO_TRY(const note::VerifierKey key, read_key(arguments.options.at("key")));
  if (arguments.command == "authority") return verify_authority(arguments, key);
  if (arguments.command == "evidence") {
    PROVISO_TRY(const std::string text,
                read_text_file(arguments.operands[0], audit::kEvidenceBytesMax));
    return check_evidence(text, key);
  }
  PROVISO_TRY(const std::string earlier,
              read_text_file(arguments.operands[0], audit::kCheckpointBytesMax));
  PROVISO_TRY(const auto directory, log_directory(arguments.operands[1]));
  return check_consistency(audit::PosixDisk(directory), earlier, key);
}

Exit run(std::span<const char* const> line) {
  if (!line.empty() &&
      (std::string_view(line[0]) == "--help" || std::string_view(line[0]) == "-h")) {
    std::cout << kUsage;
    return Exit::kProven;
  }
  const auto arguments = parse_arguments(line);
  if (!arguments) {
    std::cerr << "proviso-verify: " << arguments.error().message << '\n' << kUsage;
    return Exit::kUsage;
  }
  auto report = verify_one(arguments.value());
  if (!report) {
    report = Report{.checked = {},
                    .unchecked = {},
                    .unasked = {},
                    .fault = Fault{.what = report.error().message, .leaf = std::nullopt}};
  }
  std::cout << (arguments.value().as_json ? to_json(report.value()) + '\n'
                                          : to_text(report.value()));
  if (!std::cout.flush()) return Exit::kFault;
  return report.value().proven() ? Exit::kProven : Exit::kNotProven;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (const auto started = proviso::crypto::start(); !started) {
      std::cerr << "proviso-verify: " << started.error().message << '\n';
      return static_cast<int>(Exit::kFault);
    }
    const std::span<const char* const> line(argv, static_cast<std::size_t>(argc));
    return static_cast<int>(run(line.subspan(std::min<std::size_t>(1, line.size()))));
  } catch (const std::exception& fault) {
    std::cerr << "proviso-verify: fault: " << fault.what() << '\n';
    return static_cast<int>(Exit::kFault);
  }
}
