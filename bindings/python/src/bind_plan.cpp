#include "arrays.hpp"
#include "catalog.hpp"
#include "results.hpp"

#include <perdure/plan/bound.hpp>
#include <perdure/plan/certificate.hpp>
#include <perdure/plan/course.hpp>
#include <perdure/plan/library.hpp>
#include <perdure/plan/policy_tables.hpp>
#include <perdure/plan/session_schedule.hpp>

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace py = pybind11;
namespace plan = perdure::plan;
using namespace perdure_python;

namespace {

using SharedMemory = std::shared_ptr<plan::Memory>;

SharedMemory memory_of(const std::string& id, const std::string& profile, const std::vector<double>& values) {
  SharedMemory made;
  with_model(id, profile, [&]<class M>() {
    if constexpr (M::state_fields.size() <= plan::most_fields) {
      made = std::make_shared<plan::MemoryOf<M>>(params<M>(values));
    } else {
      throw py::value_error("a plan needs a memory of at most " + std::to_string(plan::most_fields) + " state variables, " + id + " has " +
                            std::to_string(M::state_fields.size()));
    }
  });
  return made;
}

/// Views of the columns of some states.
std::array<std::span<const float>, plan::most_fields> states(const std::vector<py::array>& columns) {
  if (columns.size() > plan::most_fields) throw py::value_error("a state has at most " + std::to_string(plan::most_fields) + " columns");
  std::array<std::span<const float>, plan::most_fields> views{};
  for (std::size_t f = 0; f < columns.size(); ++f) views[f] = column<float>(columns[f], "state");
  return views;
}

/// A problem with everything that it views, its prices and its tables.
class CohortPlan {
 public:
  using Class = std::tuple<SharedMemory, std::int32_t, double, double, std::int32_t, std::int32_t>;
  using Given = std::tuple<std::int32_t, std::uint32_t, std::optional<std::int32_t>>;
  using Calendar = std::tuple<py::array, std::vector<std::int32_t>, std::vector<Given>, std::vector<std::int32_t>>;
  using Caps = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::optional<std::uint32_t>, std::optional<float>>;
  using Program = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  CohortPlan(std::int32_t days, std::vector<std::int32_t> askable, const std::vector<Class>& classes,
             const std::vector<Calendar>& calendars, const std::vector<Caps>& caps, const std::vector<Program>& programs,
             std::vector<std::int64_t> capacity, const std::map<std::string, py::array>& columns, const std::vector<py::array>& state,
             std::size_t evaluations, double question_cost, unsigned threads)
      : columns_{columns}, state_{state} {
    problem_.days = days;
    problem_.askable = std::move(askable);
    problem_.capacity = std::move(capacity);
    for (const auto& [memory, end, at_end, on_average, group_session, course] : classes) {
      memories_.push_back(memory);
      problem_.classes.push_back({memory.get(), end, {at_end, on_average}, group_session, course});
    }
    for (const auto& [open, contacts, given, held] : calendars) {
      const auto marks = column<std::uint8_t>(open, "open");
      plan::LearnerDays made{{marks.begin(), marks.end()}, contacts, {}, held};
      for (const auto& [day, questions, course] : given)
        made.given.push_back({day, questions, course.value_or(plan::GivenSession::any_course)});
      problem_.calendars.push_back(std::move(made));
    }
    for (const auto& [questions, sessions, contacts, in_all, minutes] : caps) {
      plan::LearnerCaps made{questions, sessions, contacts};
      if (in_all) made.questions_in_all = *in_all;
      if (minutes) made.minutes_per_day = *minutes;
      problem_.caps.push_back(made);
    }
    for (const Program& program : programs) {
      problem_.programs.emplace_back();
      for (const auto& [question, after] : program) problem_.programs.back().push_back({question, after});
    }
    problem_.calendar = view<std::uint32_t>("calendar");
    problem_.cap = view<std::uint32_t>("cap");
    problem_.program = view<std::uint32_t>("program");
    problem_.first = view<std::uint64_t>("first");
    problem_.question_class = view<std::uint16_t>("question_class");
    problem_.last_day = view<std::int32_t>("last_day");
    problem_.minutes = view<float>("minutes");
    problem_.asked = view<std::uint8_t>("asked");
    problem_.anchor = view<std::int32_t>("anchor");
    problem_.state = states(state_);
    without_gil([&] { prepare(evaluations, question_cost, threads); });
  }

  [[nodiscard]] py::dict bound(unsigned threads) const {
    plan::Bound found = without_gil([&] { return plan::upper_bound(*library_, {.threads = threads}); });
    return py::dict(py::arg("value") = found.value, py::arg("goals") = found.goals, py::arg("no_review") = found.no_review,
                    py::arg("capacity") = found.capacity, py::arg("residual") = found.residual,
                    py::arg("learner") = to_numpy(std::move(found.learner)));
  }

  /// Of a plan made before: where the questions of each learner begin, questions, days, margin.
  using Previous = std::tuple<py::array, py::array, py::array, double>;
  using OneRule = std::tuple<std::string, double, std::vector<std::int32_t>, std::int32_t>;
  using RuleTuple = std::tuple<std::string, double, std::vector<std::int32_t>, std::int32_t, std::vector<OneRule>>;

  /// The best of some rules, and what it is worth beside a bound.
  [[nodiscard]] py::dict certify(const std::vector<RuleTuple>& rules, std::size_t courses, std::size_t choosing, std::uint64_t seed,
                                 const std::optional<Previous>& previous, unsigned threads) const {
    std::vector<plan::Rule> made;
    for (const auto& [policy, target, days, wrong, by_course] : rules) made.push_back(rule(policy, target, days, wrong, by_course));
    const plan::PreviousPlan before = previous ? previous_plan(*previous) : plan::PreviousPlan{};
    const plan::Certificate found = without_gil([&] {
      const auto kept = previous ? std::make_unique<plan::KeptPlan>(*library_, before, threads) : nullptr;
      return plan::certify(*tables_, plan::upper_bound(*library_, {.question_cost = tables_->question_cost(), .threads = threads}), made,
                           {.courses = courses, .choosing = choosing, .seed = seed, .kept = kept.get(), .threads = threads});
    });
    const auto dict_of = [](const plan::PolicyValue& v) {
      return py::dict(py::arg("mean") = v.mean, py::arg("half_width") = v.half_width, py::arg("questions") = v.questions,
                      py::arg("sessions") = v.sessions, py::arg("worst_decile") = v.worst_decile);
    };
    py::list all;
    for (const plan::PolicyValue& v : found.rules) all.append(dict_of(v));
    return py::dict(py::arg("chosen") = found.chosen, py::arg("rules") = all, py::arg("value") = dict_of(found.value),
                    py::arg("cost") = found.cost, py::arg("upper_bound") = found.upper_bound, py::arg("no_review") = found.no_review,
                    py::arg("residual") = found.residual, py::arg("gap") = found.gap(), py::arg("share_of_gain") = found.share_of_gain());
  }

  /// Lets learners go through the plan: what was asked, by column, and what became of each learner.
  [[nodiscard]] py::dict run(const std::string& policy, double target, const std::vector<std::int32_t>& days, std::int32_t wrong,
                             bool likely, std::uint64_t seed, std::uint32_t replication, std::int32_t last_day,
                             const std::optional<py::array>& learners,
                             const std::optional<std::pair<std::vector<SharedMemory>, std::vector<py::array>>>& world, bool askings,
                             const std::vector<OneRule>& by_course, const std::optional<Previous>& previous, unsigned threads) const {
    plan::World truth;
    if (world) {
      for (const SharedMemory& m : world->first) truth.memory.push_back(m.get());
      truth.state = states(world->second);
    }
    plan::CourseOptions options{.rule = rule(policy, target, days, wrong, by_course),
                                .answers = likely ? plan::Answers::likely : plan::Answers::drawn,
                                .seed = seed,
                                .replication = replication,
                                .last_day = last_day,
                                .world = world ? &truth : nullptr,
                                .threads = threads};
    const auto who = learners ? column<std::uint32_t>(*learners, "learners") : std::span<const std::uint32_t>{};
    for (const std::uint32_t u : who) {
      if (u >= problem_.learners())
        throw py::value_error("learners must be below " + std::to_string(problem_.learners()) + ", got " + std::to_string(u));
    }
    std::vector<std::uint32_t> learner, question;
    std::vector<std::int32_t> day;
    std::vector<float> recall, gain, price;
    std::vector<std::uint8_t> right;
    const auto keep = [&](std::span<const plan::Asking> some) {
      for (const plan::Asking& a : some) {
        learner.push_back(a.learner);
        question.push_back(a.question);
        day.push_back(a.day);
        recall.push_back(a.recall);
        gain.push_back(a.gain);
        price.push_back(a.price);
        right.push_back(a.right ? 1 : 0);
      }
    };
    std::vector<double> value;
    std::vector<std::uint32_t> questions, sessions;
    const plan::PreviousPlan before = previous ? previous_plan(*previous) : plan::PreviousPlan{};
    const auto outcomes = without_gil([&] {
      const auto kept = previous ? std::make_unique<plan::KeptPlan>(*library_, before, threads) : nullptr;
      options.kept = kept.get();
      return plan::run_course(*tables_, who, options, askings ? plan::AskingSink{keep} : plan::AskingSink{});
    });
    std::apply([](auto&... columns) { (columns.shrink_to_fit(), ...); }, std::tie(learner, question, day, recall, gain, price, right));
    for (const plan::LearnerOutcome& o : outcomes) {
      value.push_back(o.value);
      questions.push_back(o.questions);
      sessions.push_back(o.sessions);
    }
    return py::dict(py::arg("value") = to_numpy(std::move(value)), py::arg("questions") = to_numpy(std::move(questions)),
                    py::arg("sessions") = to_numpy(std::move(sessions)), py::arg("learner") = to_numpy(std::move(learner)),
                    py::arg("question") = to_numpy(std::move(question)), py::arg("day") = to_numpy(std::move(day)),
                    py::arg("recall") = to_numpy(std::move(recall)), py::arg("gain") = to_numpy(std::move(gain)),
                    py::arg("price") = to_numpy(std::move(price)), py::arg("right") = to_numpy(std::move(right)));
  }

  /// Prices by askable day, of a learner's group.
  [[nodiscard]] py::dict prices(std::size_t learner) const {
    if (learner >= problem_.learners()) throw py::value_error("there is no learner " + std::to_string(learner));
    const plan::Entry& entry = library_->section_of(learner).entries[library_->entry_of(learner)];
    return py::dict(py::arg("question") = copy_to_numpy<double>(entry.place),
                    py::arg("session") = copy_to_numpy<double>(library_->session_price()), py::arg("budget") = entry.budget);
  }
  [[nodiscard]] bool by_day() const { return schedule_->by_day(); }

 private:
  void prepare(std::size_t evaluations, double question_cost, unsigned threads) {
    library_ = std::make_unique<plan::Library>(problem_, plan::LibraryOptions{.evaluations = evaluations, .threads = threads});
    schedule_ = std::make_unique<plan::SessionSchedule>(*library_, threads);
    tables_ =
        std::make_unique<plan::PolicyTables>(*library_, *schedule_, plan::TableOptions{.question_cost = question_cost, .threads = threads});
  }
  template <class T>
  [[nodiscard]] std::span<const T> view(const std::string& name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? std::span<const T>{} : column<T>(found->second, name.c_str());
  }
  static plan::PreviousPlan previous_plan(const Previous& columns) {
    const auto& [first, question, day, margin] = columns;
    return {column<std::uint64_t>(first, "first"), column<std::uint32_t>(question, "question"), column<std::int32_t>(day, "day"), margin};
  }
  static plan::Rule rule(const std::string& name, double target, const std::vector<std::int32_t>& days, std::int32_t wrong,
                         const std::vector<OneRule>& by_course) {
    plan::Rule made{policy(name), target, days, wrong};
    for (const auto& [of, at, when, after] : by_course) made.by_course.push_back({policy(of), at, when, after});
    return made;
  }
  static plan::Policy policy(const std::string& name) {
    constexpr std::array names{"planned", "steady", "myopic", "lowest_recall", "round_robin", "target", "ladder", "fixed_days"};
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) throw py::value_error("there is no policy \"" + name + "\"");
    return static_cast<plan::Policy>(found - names.begin());
  }

  std::map<std::string, py::array> columns_;
  std::vector<py::array> state_;
  std::vector<SharedMemory> memories_;
  plan::Problem problem_;
  std::unique_ptr<plan::Library> library_;
  std::unique_ptr<plan::SessionSchedule> schedule_;
  std::unique_ptr<plan::PolicyTables> tables_;
};

}  // namespace

/// Plans for whole cohorts.
void bind_plan(py::module_& module) {
  py::module_ plan = module.def_submodule("plan", "Plans; see perdure.Planner.");
  py::class_<plan::Memory, SharedMemory>(plan, "Memory", "A memory of one to three state variables, as a planner sees it.")
      .def(py::init(&memory_of), py::arg("model"), py::arg("profile"), py::arg("parameters"));
  py::class_<CohortPlan>(
      plan, "CohortPlan",
      "A cohort with its prices. Days are numbered from 0, the plan's first. classes: (memory, end, weight at the end, weight "
      "on average, day of a group session or -1, course); calendars: (open by day, days of contacts, [(day, questions, course or "
      "None) given], days of sessions before the plan); caps: "
      "(questions a session, sessions a week, contacts a week, questions in all, minutes a day), 0 and None for no limit; "
      "programs: [(question, after)]; columns: calendar, cap, first, question_class, last_day and, where wanted, program, "
      "minutes, asked, anchor. previous, a plan made before: (where the questions of each learner begin, questions, days, margin that a "
      "change must bring). Rules: (policy, target, days, days after a wrong answer[, rules by course]).")
      .def(
          py::init<std::int32_t, std::vector<std::int32_t>, const std::vector<CohortPlan::Class>&, const std::vector<CohortPlan::Calendar>&,
                   const std::vector<CohortPlan::Caps>&, const std::vector<CohortPlan::Program>&, std::vector<std::int64_t>,
                   const std::map<std::string, py::array>&, const std::vector<py::array>&, std::size_t, double, unsigned>(),
          py::kw_only(), py::arg("days"), py::arg("askable"), py::arg("classes"), py::arg("calendars"), py::arg("caps"),
          py::arg("programs") = std::vector<CohortPlan::Program>{}, py::arg("capacity") = std::vector<std::int64_t>{}, py::arg("columns"),
          py::arg("state"), py::arg("evaluations") = 60, py::arg("question_cost") = 0.0, py::arg("threads") = 1)
      .def("bound", &CohortPlan::bound, py::arg("threads") = 1)
      .def("run", &CohortPlan::run, py::kw_only(), py::arg("policy") = "planned", py::arg("target") = 0.9,
           py::arg("days") = std::vector<std::int32_t>{}, py::arg("wrong") = 1, py::arg("likely") = false, py::arg("seed") = 0,
           py::arg("replication") = 0, py::arg("last_day") = -1, py::arg("learners") = py::none(), py::arg("world") = py::none(),
           py::arg("askings") = true, py::arg("by_course") = std::vector<CohortPlan::OneRule>{}, py::arg("previous") = py::none(),
           py::arg("threads") = 1)
      .def("certify", &CohortPlan::certify, py::arg("rules"), py::arg("courses") = 4000, py::arg("choosing") = 0, py::arg("seed") = 0,
           py::arg("previous") = py::none(), py::arg("threads") = 1)
      .def("prices", &CohortPlan::prices, py::arg("learner"))
      .def_property_readonly("by_day", &CohortPlan::by_day);
}
