#include "service.hpp"

#include <perdure/core/text.hpp>
#include <perdure/models/stored.hpp>
#include <perdure/time/calendar.hpp>

#include <charconv>
#include <chrono>
#include <span>
#include <utility>

namespace quiz {
namespace {

using namespace perdure;
using State = models::Stored<Model>;

std::string to_line(std::span<const double> values) {
  std::string line;
  for (const double value : values) {
    if (!line.empty()) line += ' ';
    line += to_text(value);
  }
  return line;
}

std::vector<double> from_line(const std::string& line) {
  std::vector<double> values;
  const char* const end = line.data() + line.size();
  for (const char* at = line.data(); at < end; ++at) {
    double value = 0.0;
    const auto read = std::from_chars(at, end, value);
    if (read.ec != std::errc{}) break;
    values.push_back(value);
    at = read.ptr;
  }
  if (values.empty() || to_line(values) != line) throw StoreFailure{"setting \"" + line + "\" is damaged; expected numbers"};
  return values;
}

/// The stored setting. A store that was made with another one than `wanted` is refused.
std::string agreed(Store& store, std::string_view key, const std::optional<std::string>& wanted, const std::string& otherwise) {
  std::string stored = store.setting(key, wanted.value_or(otherwise));
  if (wanted && stored != *wanted) {
    throw StoreFailure{"the database was made with " + std::string{key} + " " + stored + ", not " + *wanted +
                       "; replay its answers into a new one"};
  }
  return stored;
}

/// The value that `read` makes of a text, made once.
template <class Value, class Read>
Result<const Value*> cached(std::map<std::string, Value>& known, const std::string& text, const Read& read) {
  auto found = known.find(text);
  if (found == known.end()) {
    Result<Value> made = read(text);
    if (!made) return made.error();
    found = known.emplace(text, *std::move(made)).first;
  }
  return &found->second;
}

Result<Policy> policy_on(const std::string& calendar) {
  Result<time::Calendar> days = time::parse_calendar(calendar);
  if (!days) return days.error();
  return Policy{.inner = {}, .calendar = *std::move(days), .roll = time::Roll::nearest};
}

}  // namespace

Service::Service(const ServiceOptions& options) : store_{options.store} {
  // States of another model, or made with other parameters, would be read without a sign of it.
  Transaction transaction = store_.transaction();
  agreed(store_, "model", State::tag(), "");
  const auto given = options.parameters ? std::optional{to_line(*options.parameters)} : std::nullopt;
  model_ = Model::make(from_line(agreed(store_, "parameters", given, to_line(models::defaults<Model>())))).value();
  const auto target = options.target ? std::optional{to_text(*options.target)} : std::nullopt;
  target_ = from_line(agreed(store_, "target", target, "0.9")).at(0);
  rule_ = time::ElapsedRule::parse(Model::elapsed_rule).value();
  transaction.commit();
}

Result<Reply> Service::answer(const Answer& answer) {
  const std::int64_t at_ms = answer.at.time_since_epoch().count();
  const auto grade = static_cast<std::int64_t>(answer.grade);
  Transaction transaction = store_.transaction();  // from here to commit nobody else writes
  if (const auto before = store_.answer(answer.learner, answer.item, at_ms)) {
    if (before->grade == grade) return Reply{before->due, true};
    return Error{Errc::bad_record, "is already stored with grade " + to_text(before->grade)};
  }
  const auto memory = next_memory(store_.card(answer.learner, answer.item), answer);
  if (!memory) return memory.error();
  const auto due_date = due(*memory, answer);
  if (!due_date) return due_date.error();
  const auto state = State::of(*memory).to_bytes();
  const std::string due_text = time::format_date(*due_date);
  store_.keep(answer.learner, answer.item, {{state.begin(), state.end()}, at_ms}, {grade, due_text});
  transaction.commit();
  return Reply{due_text, false};
}

Result<Service::Memory> Service::next_memory(const std::optional<Card>& card, const Answer& answer) const {
  if (!card) return model_.first(answer.grade);
  const time::Instant last{std::chrono::milliseconds{card->answered_at_ms}};
  if (answer.at < last) return Error{Errc::bad_record, "is older than the last one, " + time::format_instant(last)};
  const auto stored = State::from_bytes(card->state);
  if (!stored) return stored.error();
  const auto memory = stored->memory();
  if (!memory) return memory.error();
  return model_.review(*memory, rule_.elapsed(last, answer.at), answer.grade);
}

Result<time::Date> Service::due(const Memory& memory, const Answer& answer) {
  const Study study = store_.study(answer.learner);
  const auto zone = cached(zones_, study.zone, [](const std::string& name) { return time::Zone::load(name); });
  if (!zone) return zone.error();
  const auto policy = cached(policies_, study.calendar, policy_on);
  if (!policy) return policy.error();
  const time::Date day = time::local_date(**zone, answer.at);
  const Days ideal = model_.interval(memory, target_);
  const time::Date due = (*policy)->decide({.today = day + std::chrono::days{1}, .last_answered = day, .ideal = ideal}).due;
  if (!time::in_range(due)) return Error{Errc::out_of_domain, "has a due date after the year 9999"};
  return due;
}

}  // namespace quiz
