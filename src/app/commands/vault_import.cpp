#include "app/commands/vault_import.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "app/commands/engine.h"
#include "app/commands/entry_findings.h"
#include "app/commands/progress_bar.h"
#include "app/commands/request_enrolment.h"
#include "base/core/concat.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

constexpr std::size_t kShownEvery = 100;
// More are hardly cheaper each: the weights are read once for all, and activations leave the cache.
constexpr std::size_t kEmbeddedTogether = 4;
// Under one commit; so many are lost, and asked for again, where the disk fails.
constexpr std::size_t kStoredTogether = 256;
constexpr std::size_t kStoredBytesTogether = std::size_t{32} << 20U;

enum class Standing : std::uint8_t { kNew, kSame, kFaulty };

// One request on its way; its images are read again when they are needed.
struct Row {
  vault::WrittenRequest written;
  Standing standing = Standing::kNew;
  std::string entry;  // Its id, once it is known.
  std::string fault;
  std::vector<vault::Finding> of_images{};
  std::vector<vault::Finding> findings{};  // For people to decide before they approve.
  std::optional<watchlist::NewEntry> enrolled{};

  void refuse(std::string why) {
    standing = Standing::kFaulty;
    fault = std::move(why);
  }
};

class Import {
 public:
  Import(VaultDesk& desk, const ImportOptions& options) : desk_(desk), options_(options) {}

  Status read() {
    PROVISO_TRY(auto found, vault::find_requests(options_.source));
    for (vault::WrittenRequest& written : found) {
      rows_.push_back({.written = std::move(written), .entry = {}, .fault = {}});
    }
    std::vector<audit::Act> refusals;
    for (std::size_t n = 0; n < rows_.size(); ++n) {
      PROVISO_TRY_DONE(look(rows_[n]));
      if (rows_[n].standing == Standing::kFaulty && !options_.is_dry) {
        refusals.push_back(desk_.refusal(ErrorCode::kInvalidInput, rows_[n].entry));
      }
      show_progress("reading", n + 1, rows_.size(), kShownEvery);
    }
    PROVISO_TRY_DONE(desk_.record(std::move(refusals)));
    refuse_doubles();
    return Done{};
  }

  // The photographs, on all workers.
  Status enrol() {
    std::vector<Row*> due;
    for (Row& row : rows_) {
      if (row.standing == Standing::kNew) due.push_back(&row);
    }
    std::vector<Engine> engines;
    for (std::size_t n = 0; n < std::min(options_.workers, due.size()); ++n) {
      PROVISO_TRY(auto engine,
                  open_enrolment_engine(options_.models, desk_.policy(), 1, kEmbeddedTogether));
      engines.push_back(std::move(engine));
    }
    if (!engines.empty()) {
      model_pack_ = engines.front().models.digest;
      PROVISO_TRY_DONE(know_cohort(engines.front()));
    }
    std::atomic<std::size_t> next{0};
    std::vector<Status> ended(engines.size(), Status(Done{}));
    const auto work = [&](std::size_t worker) {
      Enrolling enrolling(engines[worker], desk_.policy());
      for (std::size_t n = next++; n < due.size() && ended[worker]; n = next++) {
        ended[worker] = look(*due[n], enrolling);
        if (worker == 0 && n + 1 < due.size()) show_progress("enrolling", n + 1, due.size(), 1);
      }
      if (ended[worker]) ended[worker] = finish(enrolling);
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t n = 1; n < engines.size(); ++n) threads.emplace_back(work, n);
      if (!engines.empty()) work(0);
    }
    for (const Status& status : ended) PROVISO_TRY_DONE(status);
    if (!due.empty()) show_progress("enrolling", due.size(), due.size(), 1);
    return Done{};
  }

  Status know_cohort(Engine& engine) {
    if (options_.cohort.empty()) return Done{};
    PROVISO_TRY(auto cohort, load_cohort(engine, desk_.policy(), options_.cohort));
    desk_.know_cohort(std::move(cohort.faces));
    return Done{};
  }

  // Those who are stored, those of this import, and the cohort.
  Status compare() {
    std::vector<VaultDesk::Asked> ones;
    std::vector<Row*> of;
    for (Row& row : rows_) {
      if (!row.enrolled) continue;
      ones.push_back({.known = known_of(*row.enrolled, model_pack_), .of_images = row.of_images});
      of.push_back(&row);
    }
    PROVISO_TRY(auto found, desk_.findings_of(ones));
    for (std::size_t n = 0; n < of.size(); ++n) of[n]->findings = std::move(found[n]);
    return Done{};
  }

  Status store() {
    std::vector<vault::Request> together;
    std::vector<Row*> of;
    std::size_t bytes = 0;
    for (std::size_t n = 0; n < rows_.size(); ++n) {
      Row& row = rows_[n];
      if (row.standing == Standing::kNew) {
        PROVISO_TRY(auto request, request_of(row));
        if (request) {
          for (const auto& image : request->images) bytes += image.size();
          together.push_back(*std::move(request));
          of.push_back(&row);
        }
      }
      const bool is_full = together.size() == kStoredTogether || bytes >= kStoredBytesTogether;
      if (!is_full && n + 1 < rows_.size()) continue;
      PROVISO_TRY_DONE(store_together(std::exchange(together, {}), std::exchange(of, {})));
      bytes = 0;
      show_progress("storing", n + 1, rows_.size(), 1);
    }
    return Done{};
  }

  void report() const {
    for (const Row& row : rows_) {
      const std::string_view standing = word_of(row.standing);
      if (options_.as_json) {
        std::cout << json::Line()
                         .string("request", row.written.place)
                         .string("entry", row.entry)
                         .string("standing", standing)
                         .string("why", row.fault)
                         .string("findings", to_text(row.findings))
                         .text()
                  << '\n';
        continue;
      }
      std::cout << standing << std::string(8 - standing.size(), ' ')
                << (row.entry.empty() ? row.written.place : row.entry);
      if (!row.fault.empty()) std::cout << "  " << row.fault;
      if (!row.findings.empty()) std::cout << "  CONFLICT: " << to_text(row.findings);
      std::cout << '\n';
    }
    if (options_.as_json) return;
    std::cout << count(Standing::kNew) << " new, " << count(Standing::kSame) << " the same, "
              << count(Standing::kFaulty) << " faulty, "
              << std::ranges::count_if(rows_, [](const Row& row) { return !row.findings.empty(); })
              << " with a conflict: nobody is active before another officer approves it\n";
  }

  std::size_t count(Standing standing) const {
    return static_cast<std::size_t>(std::ranges::count(rows_, standing, &Row::standing));
  }

 private:
  static std::string_view word_of(Standing standing) {
    switch (standing) {
      case Standing::kNew: return "new";
      case Standing::kSame: return "same";
      case Standing::kFaulty: return "faulty";
    }
    return "";
  }

  Result<vault::RequestFile> read_again(const Row& row) const {
    return vault::read_request(row.written, desk_.officer().id, desk_.now());
  }

  Status look(Row& row) {
    const auto request = read_again(row);
    if (!request) {
      row.refuse(request.error().message);
      return Done{};
    }
    const watchlist::Entry& entry = request.value().entry;
    row.entry = entry.id;
    if (entry.asked_by != desk_.officer().id) {
      row.refuse(concat("it is asked by ", entry.asked_by, ", and ", desk_.officer().id, " signs"));
      return Done{};
    }
    PROVISO_TRY(const bool is_same, desk_.vault().holds(entry));
    if (is_same) {
      row.standing = Standing::kSame;
    } else if (const Status met = desk_.check_request(entry); !met) {
      row.refuse(met.error().message);
    }
    return Done{};
  }

  void refuse_doubles() {
    std::map<std::string, const Row*> first;
    for (Row& row : rows_) {
      if (row.entry.empty()) continue;
      const auto [place, is_new] = first.try_emplace(row.entry, &row);
      if (!is_new) row.refuse(concat("the id stands in ", place->second->written.place, " too"));
    }
  }

  // A worker's: rows that were looked at and wait for their templates.
  struct Enrolling {
    RequestEnrolment enrolment;
    std::vector<enrolment::Looked> looked{};
    std::vector<Row*> of{};
    std::size_t photographs = 0;

    Enrolling(Engine& engine, const policy::Policy& policy) : enrolment(engine, policy) {}
  };

  Status look(Row& row, Enrolling& enrolling) const {
    const auto request = read_again(row);
    if (!request) {
      row.refuse(request.error().message);
      return Done{};
    }
    PROVISO_TRY(auto looked, enrolling.enrolment.look(request.value()));
    enrolling.photographs += looked.usable_count();
    enrolling.looked.push_back(std::move(looked));
    enrolling.of.push_back(&row);
    const bool is_full =
        enrolling.photographs >= kEmbeddedTogether || enrolling.of.size() == kEmbeddedTogether;
    return is_full ? finish(enrolling) : Status(Done{});
  }

  static Status finish(Enrolling& enrolling) {
    PROVISO_TRY(auto all, enrolling.enrolment.templates(std::exchange(enrolling.looked, {})));
    const auto of = std::exchange(enrolling.of, {});
    enrolling.photographs = 0;
    for (std::size_t n = 0; n < of.size(); ++n) take(*of[n], std::move(all[n]));
    return Done{};
  }

  static void take(Row& row, enrolment::Enrolled enrolled) {
    for (const enrolment::PhotographReport& photograph : enrolled.photographs) {
      if (!photograph.refusal) continue;
      row.refuse(concat(photograph.name, ": ", *photograph.refusal));
      return;
    }
    row.of_images = findings_of_images(enrolled.photographs);
    row.enrolled = std::move(enrolled.entry);
  }

  // Empty where its photographs are not those that were enrolled: it is faulty from now on.
  Result<std::optional<vault::Request>> request_of(Row& row) {
    if (!row.enrolled) return std::optional<vault::Request>();
    auto request = read_again(row);
    auto made = request
                    ? signed_request(desk_, std::move(request).value(), *row.enrolled, model_pack_)
                    : Result<vault::Request>(request.error());
    if (made) return std::optional(std::move(made).value());
    if (made.error().code == ErrorCode::kUnavailable) return made.error();
    row.refuse(made.error().message);
    return std::optional<vault::Request>();
  }

  Status store_together(const std::vector<vault::Request>& requests, const std::vector<Row*>& of) {
    PROVISO_TRY(const auto ended, desk_.vault().store_all(requests, desk_.rules()));
    for (std::size_t n = 0; n < of.size(); ++n) {
      if (!ended[n]) of[n]->refuse(ended[n].error().message);
    }
    return Done{};
  }

  VaultDesk& desk_;
  const ImportOptions& options_;
  std::vector<Row> rows_;
  crypto::Digest model_pack_;
};

}  // namespace

Status import_requests(VaultDesk& desk, const ImportOptions& options) {
  Import import(desk, options);
  PROVISO_TRY_DONE(import.read());
  PROVISO_TRY_DONE(import.enrol());
  PROVISO_TRY_DONE(import.compare());
  const bool may_store = options.skips_faulty || import.count(Standing::kFaulty) == 0;
  Status stored = may_store && !options.is_dry ? import.store() : Status(Done{});
  import.report();
  if (!stored) return stored;
  const std::size_t faulty = import.count(Standing::kFaulty);
  if (faulty == 0) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("vault: ",
                      faulty,
                      faulty == 1 ? " request is" : " requests are",
                      " faulty; the lines above say why. ",
                      options.is_dry         ? "It was a dry run: nothing was stored"
                      : options.skips_faulty ? "The others are stored"
                                             : "Nothing was stored: correct them, or store the "
                                               "others with --skip-faulty")};
}

}  // namespace proviso::commands
