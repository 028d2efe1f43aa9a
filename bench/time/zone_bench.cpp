#include <perdure/time/calendar.hpp>
#include <perdure/time/columns.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/time/zone.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

/// Zones and calendars on columns of a million rows, over two years: what a log of a cohort looks like. "sorted" stands for a log in order
/// of time, "shuffled" for one in order of learner and item. `_copy` is the floor: one read and one write per row.
namespace {

using perdure::time::Calendar;
using perdure::time::Date;
using perdure::time::ElapsedRule;
using perdure::time::Roll;
using perdure::time::Zone;

constexpr std::int64_t rows = 1'000'000;

std::vector<std::int64_t> times(bool sorted, std::int64_t years = 2) {
  std::mt19937_64 bits{1};
  const std::int64_t first = perdure::time::parse_instant("2025-01-01T00:00:00Z").value().time_since_epoch().count();
  std::vector<std::int64_t> out(rows);
  for (std::int64_t& t : out) t = first + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(years * 365 * 86'400'000));
  if (sorted) std::ranges::sort(out);
  return out;
}

Zone paris() { return Zone::load("Europe/Paris").value(); }

void count_rows(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * rows); }

void copy(benchmark::State& state) {
  const auto in = times(true);
  std::vector<std::int64_t> out(in.size());
  for (auto _ : state) {
    std::ranges::copy(in, out.begin());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_rows(state);
}
BENCHMARK(copy);

void local_to_utc(benchmark::State& state, bool sorted, std::int64_t years) {
  const Zone zone = paris();
  const auto in = times(sorted, years);
  std::vector<std::int64_t> out(in.size());
  std::vector<std::uint8_t> status(in.size());
  for (auto _ : state) benchmark::DoNotOptimize(perdure::time::local_to_utc(zone, in, out, status));
  count_rows(state);
}
BENCHMARK_CAPTURE(local_to_utc, sorted, true, 2);
BENCHMARK_CAPTURE(local_to_utc, shuffled, false, 2);
BENCHMARK_CAPTURE(local_to_utc, shuffled_over_100_years, false, 100);
BENCHMARK_CAPTURE(local_to_utc, shuffled_over_900_years, false, 900);

void utc_to_local(benchmark::State& state, bool sorted) {
  const Zone zone = paris();
  const auto in = times(sorted);
  std::vector<std::int64_t> out(in.size());
  for (auto _ : state) benchmark::DoNotOptimize(perdure::time::utc_to_local(zone, in, out));
  count_rows(state);
}
BENCHMARK_CAPTURE(utc_to_local, sorted, true);
BENCHMARK_CAPTURE(utc_to_local, shuffled, false);

void local_dates(benchmark::State& state) {
  const Zone zone = paris();
  const auto in = times(true);
  std::vector<std::int32_t> out(in.size());
  for (auto _ : state) benchmark::DoNotOptimize(perdure::time::local_dates(zone, in, 4, out));
  count_rows(state);
}
BENCHMARK(local_dates);

void elapsed(benchmark::State& state, const ElapsedRule& rule) {
  const auto from = times(false);
  std::vector<std::int64_t> to = from;
  for (std::int64_t& t : to) t += 10 * 86'400'000;
  std::vector<double> out(from.size());
  for (auto _ : state) benchmark::DoNotOptimize(perdure::time::elapsed_days(rule, from, to, out));
  count_rows(state);
}

/// Weekends, and 300 days off.
Calendar work_days() {
  std::vector<Date> off;
  for (Date d = perdure::time::parse_date("2020-01-01").value(); off.size() < 300; d += std::chrono::days{11}) off.push_back(d);
  return Calendar{perdure::time::weekdays({std::chrono::Saturday, std::chrono::Sunday}), off};
}
BENCHMARK_CAPTURE(elapsed, exact, ElapsedRule::exact());
BENCHMARK_CAPTURE(elapsed, calendar_days, ElapsedRule::calendar_days(paris(), 4));
BENCHMARK_CAPTURE(elapsed, study_days, ElapsedRule::study_days(work_days(), paris(), 4));

void load_zone(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Zone::load("Europe/Paris"));
}
BENCHMARK(load_zone);

void calendar_roll(benchmark::State& state, Roll roll) {
  const Calendar calendar = work_days();
  Date d = perdure::time::parse_date("2025-01-01").value();
  std::int64_t k = 0;
  for (auto _ : state) benchmark::DoNotOptimize(calendar.roll(d + std::chrono::days{k = (k + 17) % 1000}, roll));
}
BENCHMARK_CAPTURE(calendar_roll, following, Roll::following);
BENCHMARK_CAPTURE(calendar_roll, nearest, Roll::nearest);
BENCHMARK_CAPTURE(calendar_roll, modified_following, Roll::modified_following);

void calendar_advance(benchmark::State& state) {
  const Calendar calendar = work_days();
  const Date d = perdure::time::parse_date("2025-01-01").value();
  for (auto _ : state) benchmark::DoNotOptimize(calendar.advance(d, state.range(0)));
}
BENCHMARK(calendar_advance)->Arg(1)->Arg(20)->Arg(2000);

void calendar_study_days(benchmark::State& state) {
  const Calendar calendar = work_days();
  const Date d = perdure::time::parse_date("2025-01-01").value();
  for (auto _ : state) benchmark::DoNotOptimize(calendar.study_days(d, d + std::chrono::days{state.range(0)}));
}
BENCHMARK(calendar_study_days)->Arg(10)->Arg(10'000);

}  // namespace
