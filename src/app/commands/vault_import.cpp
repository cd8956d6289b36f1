#include "app/commands/vault_import.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <thread>

#include "app/commands/engine.h"
#include "app/enrolment/enrolment.h"
#include "app/pipeline/quality_floor.h"
#include "app/vault/request_file.h"
#include "base/core/concat.h"
#include "base/json/line.h"
#include "safeguards/watchlist/entry_rules.h"

namespace proviso::commands {
namespace {

enum class Standing : std::uint8_t { kNew, kSame, kFaulty };

// One request on its way; its images are read again when they are needed.
struct Row {
  vault::WrittenRequest written;
  Standing standing = Standing::kNew;
  std::string entry;  // Its id, once it is known.
  std::string fault;
  std::string conflicts;  // Whom it looks like: for people to decide before they approve.
  std::optional<watchlist::NewEntry> enrolled{};

  void refuse(std::string why) {
    standing = Standing::kFaulty;
    fault = std::move(why);
  }
};

class Progress {
 public:
  Progress(std::string_view what, std::size_t all) : what_(what), all_(all) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress() {
    if (is_shown_) std::cerr << "\r\033[K" << std::flush;
  }
  // By one thread.
  void show(std::size_t done) {
    constexpr std::size_t kCells = 30;
    if (!is_shown_ || all_ == 0) return;
    const std::size_t full = done * kCells / all_;
    std::cerr << "\r\033[K" << what_ << " [" << std::string(full, '#')
              << std::string(kCells - full, '.') << "] " << done << " of " << all_ << std::flush;
  }

 private:
  std::string_view what_;
  std::size_t all_;
  bool is_shown_ = isatty(STDERR_FILENO) == 1;
};

class Import {
 public:
  Import(VaultDesk& desk, const ImportOptions& options) : desk_(desk), options_(options) {}

  Status read() {
    PROVISO_TRY(auto found, vault::find_requests(options_.source));
    for (vault::WrittenRequest& written : found) {
      rows_.push_back({.written = std::move(written), .entry = {}, .fault = {}, .conflicts = {}});
    }
    Progress progress("reading ", rows_.size());
    for (std::size_t n = 0; n < rows_.size(); ++n) {
      PROVISO_TRY_DONE(look(rows_[n]));
      progress.show(n + 1);
    }
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
      PROVISO_TRY(auto engine, open_engine(options_.models, {}, 1, 1));
      engines.push_back(std::move(engine));
    }
    if (!engines.empty()) model_pack_ = engines.front().models.digest;
    std::atomic<std::size_t> next{0};
    std::vector<Status> ended(engines.size(), Status(Done{}));
    Progress progress("enrolling ", due.size());
    const auto work = [&](std::size_t worker) {
      for (std::size_t n = next++; n < due.size() && ended[worker]; n = next++) {
        ended[worker] = enrol_one(*due[n], engines[worker]);
        if (worker == 0) progress.show(n + 1);
      }
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t n = 1; n < engines.size(); ++n) threads.emplace_back(work, n);
      if (!engines.empty()) work(0);
    }
    for (const Status& status : ended) PROVISO_TRY_DONE(status);
    return Done{};
  }

  // Those who are stored, and those of this import.
  Status compare() {
    std::vector<vault::Known> together;
    for (const Row& row : rows_) {
      if (row.enrolled) together.push_back(known_of(row.entry, *row.enrolled));
    }
    PROVISO_TRY_DONE(desk_.know_too(std::move(together)));
    Progress progress("comparing ", rows_.size());
    for (std::size_t n = 0; n < rows_.size(); ++n) {
      Row& row = rows_[n];
      if (row.enrolled) {
        PROVISO_TRY(const auto found, desk_.conflicts_of(known_of(row.entry, *row.enrolled)));
        row.conflicts = to_text(found);
      }
      progress.show(n + 1);
    }
    return Done{};
  }

  Status store() {
    Progress progress("storing ", rows_.size());
    for (std::size_t n = 0; n < rows_.size(); ++n) {
      if (rows_[n].standing == Standing::kNew) PROVISO_TRY_DONE(store_one(rows_[n]));
      progress.show(n + 1);
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
                         .string("looks_like", row.conflicts)
                         .text()
                  << '\n';
        continue;
      }
      std::cout << standing << std::string(8 - standing.size(), ' ')
                << (row.entry.empty() ? row.written.place : row.entry);
      if (!row.fault.empty()) std::cout << "  " << row.fault;
      if (!row.conflicts.empty()) std::cout << "  CONFLICT: looks like " << row.conflicts;
      std::cout << '\n';
    }
    if (options_.as_json) return;
    std::cout << count(Standing::kNew) << " new, " << count(Standing::kSame) << " the same, "
              << count(Standing::kFaulty) << " faulty\n";
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

  vault::Known known_of(const std::string& entry, const watchlist::NewEntry& enrolled) const {
    const auto values = enrolled.reference.values();
    return {.entry = entry, .model_pack = model_pack_, .values = {values.begin(), values.end()}};
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
    } else if (const Status met = watchlist::check(entry, desk_.policy(), desk_.now()); !met) {
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

  Status enrol_one(Row& row, Engine& engine) const {
    const auto request = read_again(row);
    if (!request) {
      row.refuse(request.error().message);
      return Done{};
    }
    quality::QualityOptions floor = pipeline::quality_floor(desk_.policy());
    floor.face_width_px_min =
        static_cast<float>(desk_.policy().operating_point.enrolment_face_width_px_min);
    enrolment::Enrolment enrolment(*engine.detector, *engine.embedder, floor, clock_);
    std::vector<enrolment::Photograph> photographs;
    for (std::size_t n = 0; n < request.value().images.size(); ++n) {
      photographs.push_back({.name = request.value().names[n], .bytes = request.value().images[n]});
    }
    PROVISO_TRY(const auto id, EntryId::parse(row.entry));
    PROVISO_TRY(auto enrolled, enrolment.enrol(id, request.value().entry.label, photographs));
    for (const enrolment::PhotographReport& photograph : enrolled.photographs) {
      if (!photograph.refusal) continue;
      row.refuse(concat(photograph.name, ": ", *photograph.refusal));
      return Done{};
    }
    row.enrolled = std::move(enrolled.entry);
    return Done{};
  }

  Status store_one(Row& row) {
    if (!row.enrolled) return Done{};
    const watchlist::NewEntry& enrolled = *row.enrolled;
    PROVISO_TRY(auto request, read_again(row));
    note::Note note{.text = std::move(request.text), .signatures = {}};
    PROVISO_TRY_DONE(desk_.sign(note));
    const auto thumbnail = std::as_bytes(std::span(enrolled.thumbnail_jpeg));
    Status stored = desk_.vault().store({.note = note.to_text(),
                                         .images = std::move(request.images),
                                         .reference = enrolled.reference,
                                         .model_pack = model_pack_,
                                         .thumbnail_jpeg = {thumbnail.begin(), thumbnail.end()}},
                                        desk_.rules());
    if (stored) return Done{};
    const ErrorCode code = stored.error().code;
    if (code != ErrorCode::kNotAuthorised && code != ErrorCode::kInvalidInput) return stored;
    row.refuse(stored.error().message);
    return Done{};
  }

  VaultDesk& desk_;
  const ImportOptions& options_;
  const SystemClock clock_;
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
                      " requests are faulty; the lines above say why. ",
                      options.is_dry         ? "It was a dry run: nothing was stored"
                      : options.skips_faulty ? "The others are stored"
                                             : "Nothing was stored: correct them, or store the "
                                               "others with --skip-faulty")};
}

}  // namespace proviso::commands
