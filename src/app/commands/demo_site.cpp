#include "app/commands/demo_site.h"

#include <array>
#include <memory>
#include <span>

#include "app/drafting/draft.h"
#include "app/site/site.h"
#include "app/site/standing.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/random.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/deployment/record_file.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;
using policy::Rank;
using policy::Role;

constexpr std::string_view kSiteName = "demonstration";
constexpr std::string_view kNotice =
    "Live facial recognition is demonstrated here, on two recordings.\n"
    "Nobody is looked for. This notice is part of the demonstration.\n";
constexpr std::string_view kReport =
    "This stands where a real authority has its document. It is made up for the demonstration.\n";

struct Person {
  std::string_view id;
  std::string_view name;
  Rank rank;
  std::array<Role, 2> roles;  // In the order of their texts.
};
constexpr std::array kPeople{
    Person{"alex", "A. Author (made up)", Rank::kSergeant, {Role::kAuthor, Role::kOperator}},
    Person{"blake",
           "B. Authoriser (made up)",
           Rank::kSuperintendent,
           {Role::kAuthorisingOfficer, Role::kReviewer}},
    Person{"casey",
           "C. Engagement (made up)",
           Rank::kConstable,
           {Role::kEngagementOfficer, Role::kOperator}},
};

// A folder of an earlier demonstration is cleared; nothing else is.
Status clear(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return Done{};
  const auto earlier = site::Site::open(folder);
  if (!earlier || earlier.value().name() != kSiteName) {
    return Error{ErrorCode::kInvalidInput,
                 concat("demo: ",
                        in_quotes(folder.native()),
                        " is there and is no demonstration; choose another folder with --out")};
  }
  fs::remove_all(folder, error);
  if (!error) return Done{};
  return Error{ErrorCode::kUnavailable,
               concat("demo: ", in_quotes(folder.native()), " cannot be cleared; remove it")};
}

Value made_up_document(const fs::path& file, const std::string& today) {
  return Value::Object{{"reference", "made up for the demonstration"},
                       {"file", file.string()},
                       {"reviewed_on", today}};
}

Value::Object answers_of(const DemoRequest& request, const std::string& today) {
  const std::string report = request.folder / "made-up-document.txt";
  Value::Object cameras;
  for (const CameraArgument& camera : request.cameras) {
    cameras[camera.id.text()] = Value::Object{{"source", camera.address.text}};
  }
  Value::Object documents;
  for (const char* id : {"dpia", "eia", "cia", "apd"}) {
    documents[id] = made_up_document(report, today);
  }
  Value::Object accuracy = *made_up_document(report, today).object();
  accuracy["tested_entries"] = std::int64_t{1000};
  accuracy["threshold_millionths"] = std::int64_t{450'000};
  return {
      {"reference", kDemoReference},
      {"author", "alex"},
      {"authorising_officer", "blake"},
      {"minutes", std::int64_t{30}},
      {"use_case",
       Value::Object{{"name", "Event PSO"},
                     {"evidence",
                      Value::Object{{"event", "The demonstration"},
                                    {"risk_assessment", "made-up-1"},
                                    {"risk_assessment_date", today}}}}},
      {"location_basis",
       Value::Object{
           {"basis", "protective-security-operation"},
           {"evidence",
            Value::Object{{"site", "The demonstration"}, {"operation_reference", "made-up-2"}}}}},
      {"proportionality",
       Value::Object{
           {"aim", "To show how Proviso works, on two recordings; nobody is looked for or met"},
           {"link", "One of the three people on the list is seen in one of the two recordings"},
           {"less_intrusive_means",
            "A drawing would not show that it works; recordings disturb nobody who walks past"},
           {"fair_balance",
            "Whoever is in the recordings is forgotten at once, and nothing is kept of them"}}},
      {"documents", std::move(documents)},
      {"accuracy_report", std::move(accuracy)},
      {"place",
       Value::Object{{"name", "Nowhere: the demonstration"},
                     {"polygon", "10.0000,-30.0000; 10.0000,-29.9990; 10.0008,-29.9990"}}},
      {"notice",
       Value::Object{{"file", (request.folder / "notice.txt").string()}, {"published_at", "now"}}},
      {"signs",
       Value::Object{
           {"entrance",
            Value::Object{{"at", "10.0001,-29.9999"}, {"position", "Beside the screen"}}}}},
      {"cameras", std::move(cameras)},
      {"watchlist", Value::Object{{"file", request.sealed_list.string()}}}};
}

class Maker {
 public:
  explicit Maker(const DemoRequest& request) : request_(request) {}

  Result<DemoSite> make() {
    PROVISO_TRY_DONE(clear(request_.folder));
    PROVISO_TRY_DONE(make_people());
    PROVISO_TRY_DONE(make_files());
    PROVISO_TRY_DONE(sign_authority());
    PROVISO_TRY_DONE(start());
    return DemoSite{.folder = request_.folder.string(), .authority = authority_file_.string()};
  }

 private:
  WallTime now() const { return std::chrono::floor<std::chrono::seconds>(clock_.wall()); }

  Status make_people() {
    PROVISO_TRY(const auto name, officers::SiteName::parse(kSiteName));
    PROVISO_TRY(auto made,
                site::Site::create(request_.folder, name, passphrase_, crypto::kCostMin, now()));
    site_ = std::make_unique<const site::Site>(std::move(made));
    PROVISO_TRY(const auto root, site_->open_root_key(passphrase_));
    for (const Person& person : kPeople) {
      officers::Officer asked{.id = std::string(person.id),
                              .name = std::string(person.name),
                              .rank = person.rank,
                              .roles = {},
                              .key = {}};
      for (const Role role : person.roles) {
        asked.roles.push_back(
            {.role = role, .not_before = now(), .not_after = now() + std::chrono::hours(24)});
      }
      PROVISO_TRY(const auto request,
                  site_->request_officer(std::move(asked), passphrase_, crypto::kCostMin, now()));
      PROVISO_TRY_DONE(site_->certify(request.officer, root, now()));
    }
    PROVISO_TRY(auto officers, site_->read_register(now()));
    officers_ = std::make_unique<const officers::Register>(std::move(officers));
    return Done{};
  }

  Status make_files() {
    PROVISO_TRY(const auto policy, read_text_file(request_.policy, policy::Policy::kBytesMax));
    PROVISO_TRY_DONE(write_file_durably(site_->policy_file(), policy));
    PROVISO_TRY(policy_, site::read_policy(*site_));
    PROVISO_TRY_DONE(write_file_durably(request_.folder / "passphrase", passphrase_));
    PROVISO_TRY_DONE(write_file_durably(request_.folder / "notice.txt", kNotice));
    return write_file_durably(request_.folder / "made-up-document.txt", kReport);
  }

  Result<note::NoteSignature> signature_of(std::string_view id, std::string_view text) const {
    const officers::Officer* officer = officers_->find(id);
    PROVISO_CHECK(officer != nullptr);  // One of kPeople.
    PROVISO_TRY(const auto secret, site_->open_officer_key(*officer, passphrase_));
    return note::sign(text, officer->key, secret);
  }

  Status sign_authority() {
    const std::string today = to_rfc3339(now()).substr(0, std::string_view("2026-11-24").size());
    PROVISO_TRY(const auto statement,
                drafting::draft(answers_of(request_, today),
                                {.policy = *policy_,
                                 .now = now(),
                                 .model_pack = request_.model_pack,
                                 .precision = request_.precision}));
    note::Note note{.text = statement.to_body(), .signatures = {}};
    for (const std::string& id : {statement.author, statement.authorising_officer}) {
      PROVISO_TRY(auto signature, signature_of(id, note.text));
      note.signatures.push_back(std::move(signature));
    }
    PROVISO_TRY(authority_,
                authority::WrittenAuthority::verify(note.to_text(), *officers_, policy_, now()));
    PROVISO_TRY(authority_file_, site_->authority_file(kDemoReference));
    return write_file_durably(authority_file_, note.to_text());
  }

  Status step(deployment::Event event, std::string_view by) {
    const officers::Officer* officer = officers_->find(by);
    PROVISO_CHECK(officer != nullptr);
    PROVISO_TRY(const auto secret, site_->open_officer_key(*officer, passphrase_));
    PROVISO_TRY(const auto record, site_->deployment_file(kDemoReference));
    event.at = now();
    const deployment::Signer signer{.key = officer->key, .secret = secret};
    PROVISO_TRY_DONE(deployment::append(record,
                                        {.statement = authority_->statement(),
                                         .authority = authority_->digest(),
                                         .policy = *policy_,
                                         .officers = *officers_},
                                        std::move(event),
                                        &signer));
    return Done{};
  }

  Status start() {
    using deployment::EventKind;
    deployment::Event event;
    event.kind = EventKind::kOpened;
    event.document = authority_->digest();
    PROVISO_TRY_DONE(step(event, "alex"));
    event.kind = EventKind::kSignAttested;
    event.document = std::nullopt;
    event.sign = "entrance";
    PROVISO_TRY_DONE(step(event, "casey"));
    event.kind = EventKind::kNoticeAttested;
    event.document = crypto::sha256(kNotice);
    PROVISO_TRY_DONE(step(event, "casey"));
    event.kind = EventKind::kPresenceAttested;
    event.officers = policy_->presence.officers_min;
    event.until = now() + std::chrono::seconds(policy_->presence.attestation_s_max);
    PROVISO_TRY_DONE(step(event, "casey"));
    event.kind = EventKind::kStarted;
    return step(event, "alex");
  }

  const DemoRequest& request_;
  const SystemClock clock_;
  const std::string passphrase_ = crypto::random_id() + crypto::random_id();
  std::unique_ptr<const site::Site> site_;
  std::unique_ptr<const officers::Register> officers_;
  std::shared_ptr<const policy::Policy> policy_;
  std::shared_ptr<const authority::WrittenAuthority> authority_;
  fs::path authority_file_;
};

}  // namespace

Result<DemoSite> make_demo_site(const DemoRequest& request) {
  return Maker(request).make();
}

}  // namespace proviso::commands
