#pragma once

#include <perdure/core/grade.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/testing/model_samples.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

/// One answer at a time, as an application calls a model: state in, state out. Items are answers; the limit is the latency of exp and log.
namespace perdure_bench {

template <perdure::models::MemoryModel M>
std::vector<perdure::testing::Sample<M>> samples() {
  constexpr std::uint32_t count = 1024;  // fits in the first-level cache
  std::vector<perdure::testing::Sample<M>> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back(perdure::testing::sample<M>(i));
  return all;
}

template <perdure::models::MemoryModel M>
void review(benchmark::State& state) {
  const auto all = samples<M>();
  const auto w = perdure::models::default_params<M>();
  for (auto _ : state) {
    for (const auto& s : all) benchmark::DoNotOptimize(M::review(w, s.state, s.days, s.grade));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}

template <perdure::models::MemoryModel M>
void recall(benchmark::State& state) {
  const auto all = samples<M>();
  const auto w = perdure::models::default_params<M>();
  for (auto _ : state) {
    for (const auto& s : all) benchmark::DoNotOptimize(M::recall(w, s.state, s.days));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}

template <perdure::models::MemoryModel M>
void interval(benchmark::State& state) {
  const auto all = samples<M>();
  const auto w = perdure::models::default_params<M>();
  for (auto _ : state) {
    for (const auto& s : all) benchmark::DoNotOptimize(M::interval(w, s.state, 0.5 + 0.001 * s.days));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}

}  // namespace perdure_bench
