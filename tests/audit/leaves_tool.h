#pragma once

// Leaves as the system writes them, any number of them and always the same for a seed: each of a
// kind and with fields that its number chooses.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/core/concat.h"
#include "base/crypto/digest.h"
#include "safeguards/audit/leaf.h"

namespace proviso::audit {

class LeafMaker {
 public:
  explicit LeafMaker(std::uint64_t seed) : seed_(seed) {}

  std::string leaf(std::uint64_t index) {
    random_.seed(seed_ * 1'000'003 + index);
    const auto kinds = kind_rules();
    const KindRule& kind = kinds[below(kinds.size())];
    Entry entry{.kind = std::string(kind.name),
                .body = {},
                .at = WallTime(std::chrono::microseconds(1'700'000'000'000'000 + index))};
    for (const std::string_view needed : kind.needed) {
      for (const FieldRule& field : field_rules()) {
        if (field.name == needed) entry.body.emplace(needed, value(field.form));
      }
    }
    for (std::uint64_t more = below(4); more > 0; --more) {
      const FieldRule& field = field_rules()[below(field_rules().size())];
      entry.body.emplace(field.name, value(field.form));
    }
    entry.body.insert_or_assign("count", static_cast<std::int64_t>(index));
    return to_leaf(entry).value();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string id() { return concat("id-", below(1'000'000)); }
  std::string digest() { return crypto::to_hex(crypto::sha256(id())); }

  Value list(FieldForm element) {
    Value::Array values;
    for (std::uint64_t count = below(4); count > 0; --count) values.push_back(value(element));
    return values;
  }

  Value value(FieldForm form) {
    switch (form) {
      case FieldForm::kId:
      case FieldForm::kCode: return id();
      case FieldForm::kDigest: return digest();
      case FieldForm::kKey:
        return "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
      case FieldForm::kCount: return static_cast<std::int64_t>(below(1ULL << 53U));
      case FieldForm::kTime:
        return to_rfc3339(WallTime(std::chrono::microseconds(below(4'000'000'000'000'000))));
      case FieldForm::kFlag: return below(2) == 1;
      case FieldForm::kIds: return list(FieldForm::kId);
      case FieldForm::kDigests: return list(FieldForm::kDigest);
      case FieldForm::kCodes: return list(FieldForm::kCode);
    }
    return {};
  }

  const std::uint64_t seed_;
  std::minstd_rand random_;
};

}  // namespace proviso::audit
