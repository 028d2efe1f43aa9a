#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/core/random.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/fsrs5.hpp>
#include <perdure/models/fsrs6.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// What a fit of FSRS-5 and FSRS-6 repeats, on one core: loss, gradient, and gradient with Fisher matrix, by the kernels of every
/// instruction set of this machine, beside the template with dual numbers. A million answers of cards with 10 or 100 answers each in the
/// mean, the first ones among them: items are answers. Ratios to hold, within one run: gradient with Fisher matrix <= 3 times the time of
/// the gradient; bench/fit holds the one to fsrs-rs.
namespace {

using namespace perdure;

/// Cards with 1 to 2 mean - 1 answers each, side by side by length as perdure::fit::Steps lays them out.
class Layout {
 public:
  explicit Layout(std::size_t mean) {
    random::Stream stream{{.seed = 3, .learner = static_cast<std::uint32_t>(mean), .item = 0, .step = 0}};
    constexpr std::size_t window = 2048;
    constexpr std::size_t lanes = fit::step::most_lanes;
    std::vector<std::size_t> row_of;
    while (answers_ < 1'000'000) {
      std::vector<std::size_t> length(window);
      for (std::size_t& l : length) l = 1 + stream.below(static_cast<std::uint32_t>(2 * mean - 1));
      std::sort(length.begin(), length.end(), std::greater<>{});
      for (std::size_t from = 0; from < window; from += lanes) {
        row_of.push_back(active_.size());
        for (std::size_t row = 0; row < length[from]; ++row) add_row(stream, &length[from], row);
      }
    }
    row_of.push_back(active_.size());
    for (std::size_t g = 0; g + 1 < row_of.size(); ++g) {
      const std::size_t cell = row_of[g] * lanes;
      const std::size_t rows = row_of[g + 1] - row_of[g];
      groups_.push_back({&days_[cell], &code_[cell], nullptr, &active_[row_of[g]], rows, lanes});
      most_rows_ = std::max(most_rows_, rows);
    }
  }

  static const Layout& instance(std::size_t mean) {
    static const Layout ten{10};
    static const Layout hundred{100};
    return mean == 10 ? ten : hundred;
  }

  [[nodiscard]] const std::vector<fit::StepGroup>& groups() const { return groups_; }
  [[nodiscard]] std::size_t most_rows() const { return most_rows_; }
  [[nodiscard]] std::size_t answers() const { return answers_; }

 private:
  /// One row of 64 cards. A tenth of the later answers falls on the same day, which is not predicted.
  void add_row(random::Stream& stream, const std::size_t* length, std::size_t row) {
    std::uint8_t active = 0;
    for (std::size_t lane = 0; lane < fit::step::most_lanes; ++lane) {
      if (length[lane] <= row) {
        days_.push_back(0.0F);
        code_.push_back(0);
        continue;
      }
      ++active;
      const double u = stream.next();
      const unsigned grade = u < 0.12 ? 1 : u < 0.25 ? 2 : u < 0.85 ? 3 : 4;
      const double days = stream.next() < 0.1 ? stream.next() : std::exp(5.0 * stream.next());
      const unsigned marks = row == 0 || days < 1.0 ? 0U : fit::step::predicted | (grade > 1 ? fit::step::right : 0U);
      days_.push_back(row == 0 ? 0.0F : static_cast<float>(days));
      code_.push_back(static_cast<std::uint8_t>(grade | marks));
    }
    active_.push_back(active);
    answers_ += active;
  }

  std::vector<float> days_;
  std::vector<std::uint8_t> code_, active_;
  std::vector<fit::StepGroup> groups_;
  std::size_t most_rows_ = 0;
  std::size_t answers_ = 0;
};

template <class M>
void sums(benchmark::State& state, const fit::Engine& engine, fit::Order order, std::size_t mean) {
  constexpr std::size_t n = M::specs.size();
  const Layout& layout = Layout::instance(mean);
  std::array<double, n> w{};
  for (std::size_t i = 0; i < n; ++i) w[i] = M::specs[i].init;
  std::vector<float> scratch(engine.scratch(layout.most_rows()));
  for (auto _ : state) {
    double loss = 0.0;
    std::array<double, n> gradient{};
    std::array<double, n * n> fisher{};
    engine.add(w.data(), layout.groups().data(), layout.groups().size(), static_cast<int>(order), &loss, gradient.data(), fisher.data(),
               scratch.data());
    benchmark::DoNotOptimize(loss);
    benchmark::DoNotOptimize(gradient);
    benchmark::DoNotOptimize(fisher);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(layout.answers()));
}

template <class M>
void add(const std::string& who, const fit::Engine& engine) {
  constexpr std::array names{"loss", "gradient", "fisher"};
  for (const std::size_t mean : {10U, 100U}) {
    for (const fit::Order order : {fit::Order::loss, fit::Order::gradient, fit::Order::fisher}) {
      const std::string name =
          std::string{M::id} + "/fit_" + names[static_cast<std::size_t>(order)] + "_" + std::to_string(mean) + "/" + who;
      benchmark::RegisterBenchmark(name.c_str(), [engine, order, mean](benchmark::State& state) { sums<M>(state, engine, order, mean); });
    }
  }
}

bool add_all() {
  add<models::Fsrs6>("portable", fit::portable<models::Fsrs6>());
  for (const batch::Isa isa : batch::available()) {
    add<models::Fsrs6>("kernel/" + std::string{batch::name(isa)}, batch::fit_engine(models::Fsrs6::id, models::Fsrs6::profile, isa));
    add<models::Fsrs5>("kernel/" + std::string{batch::name(isa)}, batch::fit_engine(models::Fsrs5::id, models::Fsrs5::profile, isa));
  }
  return true;
}
[[maybe_unused]] const bool added = add_all();

}  // namespace
