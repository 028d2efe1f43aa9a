#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/core/random.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/fsrs7.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What a fit of FSRS-7 sums, on one core: loss alone, with the gradient by 34 parameters, and with the Fisher matrix, of groups of 64
/// cards with as many answers each. Items are predicted answers: all but the first of a card. To hold within one run: the Fisher matrix in
/// at most 3 times the time of the gradient, the loss in clearly less.
namespace {

using namespace perdure;
using M = models::Fsrs7;

constexpr std::size_t lanes = fit::step::most_lanes;
constexpr std::size_t all_answers = 250'000;  ///< five bytes each stay in a cache: what is measured is arithmetic

struct Group {
  std::vector<float> days;
  std::vector<std::uint8_t> code, active;
};

/// Answers as cohorts have them: gaps from minutes to months, 15 % of them within a day, a fifth failed.
struct Groups {
  explicit Groups(std::size_t answers) : rows{answers}, groups(all_answers / (lanes * answers)) {
    random::Stream stream{{.seed = 7, .learner = static_cast<std::uint32_t>(answers), .item = 0, .step = 0}};
    for (Group& g : groups) {
      g.active.assign(rows, static_cast<std::uint8_t>(lanes));
      for (std::size_t at = 0; at < rows * lanes; ++at) {
        const bool first = at < lanes;
        const double u = stream.next();
        const auto grade = static_cast<std::uint8_t>(u < 0.2 ? 1 : u < 0.35 ? 2 : u < 0.85 ? 3 : 4);
        const double days = stream.next() < 0.15 ? stream.next() : 1.0 + std::exp(5.0 * stream.next());
        g.days.push_back(first ? 0.0F : static_cast<float>(days));
        const auto marks = static_cast<std::uint8_t>(fit::step::predicted | (grade > 1 ? fit::step::right : 0));
        g.code.push_back(static_cast<std::uint8_t>(grade | (first ? 0 : marks)));
      }
      views.push_back({g.days.data(), g.code.data(), nullptr, g.active.data(), rows, lanes});
    }
    for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k] = M::specs[k].init;
  }
  static const Groups& instance(std::size_t answers) {
    static const Groups ten{10};
    static const Groups hundred{100};
    return answers == 10 ? ten : hundred;
  }

  std::size_t rows;
  std::vector<Group> groups;
  std::vector<fit::StepGroup> views;
  std::array<double, M::specs.size()> parameters{};
};

void sums(benchmark::State& state, const fit::Engine& engine, fit::Order order, std::size_t answers) {
  const Groups& g = Groups::instance(answers);
  std::vector<float> scratch(engine.scratch(answers));
  double loss = 0.0;
  std::array<double, M::specs.size()> gradient{};
  std::array<double, M::specs.size() * M::specs.size()> fisher{};
  for (auto _ : state) {
    engine.add(g.parameters.data(), g.views.data(), g.views.size(), static_cast<int>(order), &loss, gradient.data(), fisher.data(),
               scratch.data());
    benchmark::DoNotOptimize(loss);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(g.views.size() * lanes * (answers - 1)));
}

bool add_all() {
  constexpr std::array orders{fit::Order::loss, fit::Order::gradient, fit::Order::fisher};
  constexpr std::array names{"loss", "gradient", "fisher"};
  for (const batch::Isa isa : batch::available()) {
    const fit::Engine engine = batch::fit_engine(M::id, M::profile, isa);
    for (const std::size_t answers : {10U, 100U}) {
      for (std::size_t k = 0; k < orders.size(); ++k) {
        const std::string name = std::string{"fsrs7_fit/"} + names[k] + "_" + std::to_string(answers) + "/" + std::string{batch::name(isa)};
        const fit::Order order = orders[k];
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { sums(state, engine, order, answers); });
      }
    }
  }
  return true;
}
[[maybe_unused]] const bool added = add_all();

}  // namespace
