#pragma once

// The grounds of a statement as fields of its JSON object: one read and one write for each part.
// Used by statement.cpp alone.
//
// Errors: read_...(): kInvalidInput naming the field. Threads: reentrant.

#include <string>
#include <string_view>

#include "base/core/field_reader.h"
#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/authority/grounds.h"

namespace proviso::authority {

// Fields that several parts have. Text: 1 to `bytes_max` bytes, printable.
Result<std::string> read_text(FieldReader& reader, std::string_view name, std::size_t bytes_max);
Result<int> read_int(FieldReader& reader, std::string_view name, int min, int max);

Result<UseCase> read_use_case(FieldReader reader);
Result<LocationGrounds> read_location(FieldReader reader);
Result<Proportionality> read_proportionality(FieldReader reader);
Result<Document> read_document(FieldReader& reader);
Result<AccuracyReport> read_accuracy_report(FieldReader reader);
Result<Urgency> read_urgency(FieldReader reader);
Result<policy::PlacePolygon> read_polygon(FieldReader& reader, std::string_view name);
Result<Notice> read_notice(FieldReader reader);
Result<Sign> read_sign(FieldReader& reader);
Result<PresenceRequirement> read_presence(FieldReader reader);

Value to_value(const UseCase& use_case);
Value to_value(const LocationGrounds& location);
Value to_value(const Proportionality& answers);
Value to_value(const Document& document);
Value to_value(const AccuracyReport& report);
Value to_value(const Urgency& urgency);
Value to_value(const policy::PlacePolygon& polygon);
Value to_value(const Notice& notice);
Value to_value(const Sign& sign);
Value to_value(const PresenceRequirement& presence);

}  // namespace proviso::authority
