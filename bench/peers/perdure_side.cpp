#include <perdure/batch/kernels.hpp>
#include <perdure/batch/wide.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/version.hpp>

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
#include <vector>

/// Perdure's C++ as one side of bench/peers. One request a line on standard input, one JSON object a line on standard output:
///
///     WORK<tab>FOLDER<tab>COUNT[<tab>OUT]    timed; with OUT the results are written there
///
/// WORK is `replay`, `update`, `schedule`, `recall` or `interval`, by batch::Wide, which looks at its input first, on the instruction set in use
/// (PERDURE_ISA pins one); with `-2` after it, on two threads; with `-kernel`, by the bare kernel; with `-scalar`, by a loop over the model's
/// one template in double, which is what an application calls for one answer. The columns are those of histories.py. bench/README.md says what
/// each kind of work is.
namespace {

namespace fs = std::filesystem;
using perdure::batch::Wide;
using Model = perdure::models::Fsrs6As<perdure::models::fsrs6::FsrsRs>;

constexpr float target = 0.9F;

template <class T>
std::vector<T> read_column(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::vector<T> values(fs::file_size(path) / sizeof(T));
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

void write_column(const fs::path& path, const float* values, std::size_t count) {
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(float)));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

/// One folder of input, and room for results. Histories have offsets, rows have states.
struct Input {
  explicit Input(const fs::path& folder) : grade{read_column<std::uint8_t>(folder / "grade.u8")} {
    const auto whole = read_column<std::uint32_t>(folder / "days.u32");
    days.assign(whole.begin(), whole.end());
    if (fs::exists(folder / "offsets.i64")) {
      offsets = read_column<std::int64_t>(folder / "offsets.i64");
    } else {
      stability = read_column<float>(folder / "stability.f32");
      difficulty = read_column<float>(folder / "difficulty.f32");
      targets = read_column<float>(folder / "target.f32");
    }
    for (auto* column : {&new_stability, &new_difficulty, &extra}) column->resize(count());
  }
  [[nodiscard]] std::size_t count() const { return offsets.empty() ? stability.size() : offsets.size() - 1; }

  std::vector<std::int64_t> offsets;
  std::vector<std::uint8_t> grade;
  std::vector<float> days, stability, difficulty, targets;
  std::vector<float> new_stability, new_difficulty, extra;
};

/// One kind of work on the first `count` cards or rows.
using Block = void (*)(Input&, std::size_t count, unsigned threads);

const Wide& wide() {
  static const Wide made = Wide::of<Model>();
  return made;
}
std::array<std::span<const float>, 2> states(const Input& in, std::size_t n) {
  return {std::span{in.stability}.first(n), std::span{in.difficulty}.first(n)};
}
std::array<std::span<float>, 2> results(Input& in, std::size_t n) {
  return {std::span{in.new_stability}.first(n), std::span{in.new_difficulty}.first(n)};
}

void replay(Input& in, std::size_t n, unsigned threads) {
  const auto answers = static_cast<std::size_t>(in.offsets[n]);
  wide().replay(std::span{in.offsets}.first(n + 1), std::span{in.grade}.first(answers), std::span{in.days}.first(answers), results(in, n),
                threads);
}
void update(Input& in, std::size_t n, unsigned threads) {
  wide().review(states(in, n), std::span{in.grade}.first(n), std::span{in.days}.first(n), results(in, n), threads);
}
void schedule(Input& in, std::size_t n, unsigned threads) {
  const perdure::batch::Due due{target, std::span{in.extra}.first(n)};
  wide().review(states(in, n), std::span{in.grade}.first(n), std::span{in.days}.first(n), results(in, n), due, threads);
}
void recall(Input& in, std::size_t n, unsigned threads) {
  wide().recall(states(in, n), std::span{in.days}.first(n), std::span{in.extra}.first(n), threads);
}
void interval(Input& in, std::size_t n, unsigned threads) {
  wide().interval(states(in, n), std::span{in.targets}.first(n), std::span{in.extra}.first(n), threads);
}

/// The bare kernels, by pointers.
struct Bare {
  explicit Bare(Input& in) : before{in.stability.data(), in.difficulty.data()}, after{in.new_stability.data(), in.new_difficulty.data()} {}
  const perdure::batch::Kernels& run = *perdure::batch::find_kernels(Model::id, Model::profile, wide().isa());
  const std::array<double, Model::specs.size()> parameters = perdure::models::defaults<Model>();
  std::array<const float*, 2> before;
  std::array<float*, 2> after;
};

void replay_kernel(Input& in, std::size_t n, unsigned /*threads*/) {
  const Bare bare{in};
  bare.run.replay(bare.parameters.data(), n, in.offsets.data(), in.grade.data(), in.days.data(), bare.after.data());
}
void update_kernel(Input& in, std::size_t n, unsigned /*threads*/) {
  const Bare bare{in};
  bare.run.review(bare.parameters.data(), n, bare.before.data(), in.grade.data(), in.days.data(), bare.after.data(), target, nullptr,
                  nullptr);
}
void recall_kernel(Input& in, std::size_t n, unsigned /*threads*/) {
  const Bare bare{in};
  bare.run.recall(bare.parameters.data(), n, bare.before.data(), in.days.data(), in.extra.data(), nullptr);
}

using State = Model::State<double>;
const Model::Params<double>& scalar_parameters() {
  static const auto made = perdure::models::default_params<Model>();
  return made;
}
void store(Input& in, std::size_t row, const State& s) {
  in.new_stability[row] = static_cast<float>(s.stability);
  in.new_difficulty[row] = static_cast<float>(s.difficulty);
}
perdure::Grade grade_at(const Input& in, std::size_t at) { return static_cast<perdure::Grade>(in.grade[at]); }

void replay_scalar(Input& in, std::size_t n, unsigned /*threads*/) {
  for (std::size_t card = 0; card < n; ++card) {
    auto at = static_cast<std::size_t>(in.offsets[card]);
    const auto last = static_cast<std::size_t>(in.offsets[card + 1]);
    State s = Model::first(scalar_parameters(), grade_at(in, at));
    while (++at < last) s = Model::review(scalar_parameters(), s, static_cast<double>(in.days[at]), grade_at(in, at));
    store(in, card, s);
  }
}
State reviewed(const Input& in, std::size_t row) {
  return Model::review(scalar_parameters(), State{in.stability[row], in.difficulty[row]}, static_cast<double>(in.days[row]),
                       grade_at(in, row));
}
void update_scalar(Input& in, std::size_t n, unsigned /*threads*/) {
  for (std::size_t row = 0; row < n; ++row) store(in, row, reviewed(in, row));
}
void schedule_scalar(Input& in, std::size_t n, unsigned /*threads*/) {
  for (std::size_t row = 0; row < n; ++row) {
    const State s = reviewed(in, row);
    store(in, row, s);
    in.extra[row] = static_cast<float>(Model::interval(scalar_parameters(), s, static_cast<double>(target)));
  }
}
void recall_scalar(Input& in, std::size_t n, unsigned /*threads*/) {
  for (std::size_t row = 0; row < n; ++row) {
    const State s{in.stability[row], in.difficulty[row]};
    in.extra[row] = static_cast<float>(Model::recall(scalar_parameters(), s, static_cast<double>(in.days[row])));
  }
}

/// A kind of work, the columns it makes, and the threads it runs on.
struct Work {
  Block block;
  bool makes_states;
  const char* extra;  ///< name of the third column, or nullptr
  unsigned threads = 1;
};

const std::map<std::string, Work, std::less<>>& table() {
  static const std::map<std::string, Work, std::less<>> all{
      {"replay", {replay, true, nullptr}},
      {"replay-2", {replay, true, nullptr, 2}},
      {"replay-kernel", {replay_kernel, true, nullptr}},
      {"replay-scalar", {replay_scalar, true, nullptr}},
      {"update", {update, true, nullptr}},
      {"update-2", {update, true, nullptr, 2}},
      {"update-kernel", {update_kernel, true, nullptr}},
      {"update-scalar", {update_scalar, true, nullptr}},
      {"schedule", {schedule, true, "interval.f32"}},
      {"schedule-scalar", {schedule_scalar, true, "interval.f32"}},
      {"recall", {recall, false, "recall.f32"}},
      {"recall-2", {recall, false, "recall.f32", 2}},
      {"recall-kernel", {recall_kernel, false, "recall.f32"}},
      {"recall-scalar", {recall_scalar, false, "recall.f32"}},
      {"interval", {interval, false, "interval.f32"}},
  };
  return all;
}

std::int64_t process_cpu_ns() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

std::string answer(std::map<std::string, Input>& inputs, const std::vector<std::string>& words) {
  if (words.size() < 3) throw std::runtime_error("not a request");
  const auto known = table().find(words[0]);
  if (known == table().end()) throw std::runtime_error("not something this side can do: " + words[0]);
  const Work& work = known->second;
  Input& in = inputs.try_emplace(words[1], words[1]).first->second;
  const std::size_t count = std::stoull(words[2]);
  if (count > in.count()) throw std::runtime_error("more asked for than there is");

  const auto wall = std::chrono::steady_clock::now();
  const std::int64_t cpu = process_cpu_ns();
  work.block(in, count, work.threads);
  const std::int64_t cpu_ns = process_cpu_ns() - cpu;
  const auto wall_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - wall).count();

  if (words.size() > 3) {
    const fs::path out{words[3]};
    if (work.makes_states) write_column(out / "stability.f32", in.new_stability.data(), count);
    if (work.makes_states) write_column(out / "difficulty.f32", in.new_difficulty.data(), count);
    if (work.extra != nullptr) write_column(out / work.extra, in.extra.data(), count);
  }
  const auto items = in.offsets.empty() ? static_cast<std::int64_t>(count) : in.offsets[count];
  std::ostringstream reply;
  reply << "{\"items\": " << items << ", \"wall_ns\": " << wall_ns << ", \"cpu_ns\": " << cpu_ns << "}";
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
  std::map<std::string, Input> inputs;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << answer(inputs, split(line)) << std::endl;
    } catch (const std::exception& error) {
      std::cout << R"({"error": ")" << error.what() << "\"}" << std::endl;
    }
  }
}
