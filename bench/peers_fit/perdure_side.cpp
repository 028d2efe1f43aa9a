#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/pipeline.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/fit/targets.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/version.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Perdure's C++ as one side of bench/peers_fit. One request a line on standard input, one JSON object a line on standard output:
///
///     WORK<tab>FOLDER<tab>COUNT[<tab>OUT]    on the first COUNT rows of a log (columns.py); with OUT, parameters.f64 is written there
///
/// WORK is one of the table below; with `-2` after it, on two threads. The clock runs from the raw columns to the parameters: checks, sorting
/// and grouping (`build`), then the fit. bench/README.md says what each kind of work is.
namespace {

namespace fs = std::filesystem;
namespace data = perdure::data;
namespace fit = perdure::fit;
using Model = perdure::models::Fsrs6As<perdure::models::fsrs6::FsrsRs>;
using Values = std::array<double, Model::specs.size()>;

// ---- columns ----

template <class T>
std::vector<T> read_column(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::vector<T> values(fs::file_size(path) / sizeof(T));
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

void write_column(const fs::path& path, std::span<const double> values) {
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

struct Log {
  explicit Log(const fs::path& folder)
      : learner{read_column<std::uint32_t>(folder / "learner.u32")},
        item{read_column<std::uint32_t>(folder / "item.u32")},
        answered_at{read_column<std::int64_t>(folder / "answered_at.i64")},
        grade{read_column<std::uint8_t>(folder / "grade.u8")} {}

  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered_at;
  std::vector<std::uint8_t> grade;
};

// ---- what is timed ----

struct Time {
  std::int64_t wall_ns{}, cpu_ns{};
};

std::int64_t process_cpu_ns() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

template <class Work>
auto timed(Time& time, Work&& work) {
  const auto wall = std::chrono::steady_clock::now();
  const std::int64_t cpu = process_cpu_ns();
  auto made = work();
  time.cpu_ns = process_cpu_ns() - cpu;
  time.wall_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - wall).count();
  return made;
}

/// A field of /proc/self/status in bytes; 0 where there is no such file.
std::int64_t memory(std::string_view field) {
  std::ifstream file{"/proc/self/status"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field)) return std::stoll(line.substr(field.size() + 1)) * 1024;
  }
  return 0;
}

/// Memory in use now, after which the peak is counted anew.
std::int64_t forget_peak() {
  std::ofstream{"/proc/self/clear_refs"} << 5 << std::flush;  // where that is not allowed, the peak is that of the whole process
  return memory("VmRSS");
}

/// The columns, checked and grouped by card, under the rule that all sides follow.
struct Grouped {
  data::ReviewLog log;
  data::Histories histories;
};

Grouped group(const Log& log, std::size_t rows) {
  std::vector<float> score(rows);
  std::transform(log.grade.begin(), log.grade.begin() + static_cast<std::ptrdiff_t>(rows), score.begin(),
                 [](std::uint8_t grade) { return grade > 1 ? 1.0F : 0.0F; });
  data::ReviewLog imported = data::ReviewLog::import({.learner = std::span{log.learner}.first(rows),
                                                      .item = std::span{log.item}.first(rows),
                                                      .answered_at = std::span{log.answered_at}.first(rows),
                                                      .shown_at = {},
                                                      .score = score,
                                                      .grade = std::span{log.grade}.first(rows)})
                                 .first;
  data::Histories histories{imported, perdure::time::ElapsedRule::whole_days()};
  return {std::move(imported), std::move(histories)};
}

/// What the peers minimize: their penalty is twice as strong as that of the specs.
fit::Options peers_objective(unsigned threads) {
  fit::Options options;
  options.prior_weight = 2.0;
  options.threads = threads;
  return options;
}

const Values start = perdure::models::defaults<Model>();

struct Result {
  std::size_t items{};
  Time build{}, work{};
  std::vector<double> parameters{};  ///< of one fit, or of one a learner
  std::string more{};                ///< members to add to the answer
};

/// One fit to all cards.
Result fit_all(const Log& log, std::size_t rows, unsigned threads, const fit::Pipeline& pipeline) {
  Result result;
  result.items = rows;
  const Grouped grouped = timed(result.build, [&] { return group(log, rows); });
  fit::Pipeline as_published = pipeline;
  as_published.published_prior = true;
  fit::FitReport report = timed(result.work, [&] {
    return fit::fit_with_pipeline(fit::facts<Model>(), perdure::batch::fit_engine<Model>(), grouped.histories, grouped.log.answered_at(),
                                  start, as_published, peers_objective(threads));
  });
  result.parameters = std::move(report.parameters);
  result.more = R"(, "status": ")" + std::string{fit::name(report.status)} + R"(", "passes": )" + std::to_string(report.evaluations);
  return result;
}

Result fit_plain(const Log& log, std::size_t rows, unsigned threads) { return fit_all(log, rows, threads, {}); }

/// The same with the peers' weights.
Result fit_recency(const Log& log, std::size_t rows, unsigned threads) {
  fit::Pipeline pipeline;
  pipeline.recency = true;
  return fit_all(log, rows, threads, pipeline);
}

/// All that the fsrs crate does, its optimizer too.
Result fit_as_fsrs_rs(const Log& log, std::size_t rows, unsigned threads) { return fit_all(log, rows, threads, fit::Pipeline::fsrs_rs()); }

/// Parameters of every learner, in one call.
Result fit_learners(const Log& log, std::size_t rows, unsigned threads, fit::Pooling pooling) {
  Result result;
  result.items = rows;
  const Grouped grouped = timed(result.build, [&] { return group(log, rows); });
  fit::HierarchicalReport report = timed(result.work, [&] {
    std::vector<std::uint32_t> learner(grouped.histories.cards());
    for (std::size_t c = 0; c < learner.size(); ++c) learner[c] = grouped.log.learner()[grouped.histories.card(c).row[0]];
    const std::size_t learners = learner.empty() ? 0 : learner.back() + 1;  // cards stand in order of their learners
    fit::HierarchicalOptions options;
    options.base = peers_objective(threads);
    options.pooling = pooling;
    return fit::hierarchical(fit::facts<Model>(), perdure::batch::fit_engine<Model>(), grouped.histories, learner, learners, start,
                             options);
  });
  result.parameters = std::move(report.parameters);
  result.more = R"(, "status": ")" + std::string{fit::name(report.status)} + R"(", "passes": )" + std::to_string(report.evaluations);
  return result;
}

Result hierarchical(const Log& log, std::size_t rows, unsigned threads) { return fit_learners(log, rows, threads, fit::Pooling::partial); }
Result fit_each(const Log& log, std::size_t rows, unsigned threads) { return fit_learners(log, rows, threads, fit::Pooling::none); }

/// One pass over the data at the defaults. Laying out is not part of it.
Result pass(const Log& log, std::size_t rows, unsigned threads, fit::Order order) {
  Result result;
  result.items = rows;
  const Grouped grouped = group(log, rows);
  const fit::Steps steps{grouped.histories, fit::later_answers(grouped.histories, 1.0)};
  const fit::Objective objective{steps.groups(), perdure::batch::fit_engine<Model>(), threads};
  const fit::Derivatives sums = timed(result.work, [&] { return objective.derivatives(start, order); });
  result.more = ", \"loss\": " + std::to_string(sums.loss);
  return result;
}

Result loss(const Log& log, std::size_t rows, unsigned threads) { return pass(log, rows, threads, fit::Order::loss); }
Result gradient(const Log& log, std::size_t rows, unsigned threads) { return pass(log, rows, threads, fit::Order::gradient); }
Result fisher(const Log& log, std::size_t rows, unsigned threads) { return pass(log, rows, threads, fit::Order::fisher); }

/// Recall at every answer that a fit predicts, in time order, under the parameters in `out`.
void predict(const Log& log, const fs::path& out) {
  const auto given = read_column<double>(out / "parameters.f64");
  Values values{};
  if (given.size() != values.size()) throw std::runtime_error("parameters.f64 must hold 21 numbers");
  std::copy(given.begin(), given.end(), values.begin());
  const auto w = perdure::models::assemble<Model, double>(std::span<const double, Model::specs.size()>{values});
  const data::Histories histories = group(log, log.grade.size()).histories;
  std::vector<std::pair<std::uint32_t, double>> found;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    static_cast<void>(fit::replay<Model, double>(w, card, [&](std::size_t i, const Model::State<double>& state) {
      if (card.elapsed[i] >= 1.0) found.emplace_back(card.row[i], Model::recall(w, state, card.elapsed[i]));
    }));
  }
  std::sort(found.begin(), found.end());
  std::vector<double> recalls;
  recalls.reserve(found.size());
  for (const auto& [row, p] : found) recalls.push_back(p);
  write_column(out / "recall.f64", recalls);
}

// ---- requests ----

using Work = Result (*)(const Log&, std::size_t count, unsigned threads);

const std::map<std::string, Work, std::less<>>& table() {
  static const std::map<std::string, Work, std::less<>> all{
      {"fit", fit_plain},
      {"fit-recency", fit_recency},
      {"fit-as-fsrs-rs", fit_as_fsrs_rs},
      {"fit-each", fit_each},
      {"hierarchical", hierarchical},
      {"loss", loss},
      {"gradient", gradient},
      {"fisher", fisher},
  };
  return all;
}

std::string answer(std::map<std::string, Log>& logs, const std::vector<std::string>& words) {
  if (words.size() < 3) throw std::runtime_error("not a request");
  const Log& log = logs.try_emplace(words[1], words[1]).first->second;
  const std::size_t count = std::stoull(words[2]);
  if (count > log.grade.size()) throw std::runtime_error("more asked for than there is");
  if (words[0] == "predict") {
    predict(log, words.at(3));
    return "{\"items\": " + std::to_string(count) + "}";
  }
  const bool two = words[0].ends_with("-2");
  const auto known = table().find(two ? words[0].substr(0, words[0].size() - 2) : words[0]);
  if (known == table().end()) throw std::runtime_error("not something this side can do: " + words[0]);

  const std::int64_t before = forget_peak();
  const Result result = known->second(log, count, two ? 2 : 1);
  const std::int64_t peak = memory("VmHWM") - before;
  if (words.size() > 3) write_column(fs::path{words[3]} / "parameters.f64", result.parameters);
  std::ostringstream reply;
  reply << "{\"items\": " << result.items << ", \"wall_ns\": " << result.build.wall_ns + result.work.wall_ns
        << ", \"cpu_ns\": " << result.build.cpu_ns + result.work.cpu_ns << ", \"build_wall_ns\": " << result.build.wall_ns
        << ", \"build_cpu_ns\": " << result.build.cpu_ns << ", \"peak_bytes\": " << peak << result.more << "}";
  return reply.str();
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in{line};
  for (std::string word; std::getline(in, word, '\t');) words.push_back(word);
  return words;
}

}  // namespace

int main() {
  const auto& isa = perdure::batch::active_isa();
  std::cout << R"({"side": "perdure", "version": ")" << PERDURE_VERSION << R"(", "isa": ")" << (isa ? perdure::batch::name(*isa) : "none")
            << "\"}" << std::endl;
  std::map<std::string, Log> logs;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << answer(logs, split(line)) << std::endl;
    } catch (const std::exception& error) {
      std::cout << R"({"error": ")" << error.what() << "\"}" << std::endl;
    }
  }
}
