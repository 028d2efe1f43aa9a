#include "plain.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#if defined(__SSE__)
#include <immintrin.h>
#endif

// Compiled once per instruction set with -DPERDURE_PLAIN=<name of the function at the end> and a name of its own for Eigen.
namespace {

/// What a loop would lift out of itself.
struct Folded {
  explicit Folded(const float* w_, float target)
      : w{w_},
        factor{std::pow(0.9F, -1.0F / w[20]) - 1.0F},
        growth{std::exp(w[8])},
        ceiling{std::exp(-w[17] * w[18])},
        easy{w[4] - std::exp(3.0F * w[5]) + 1.0F},
        days{(std::pow(target, -1.0F / w[20]) - 1.0F) / factor} {}
  const float* w;
  float factor, growth, ceiling, easy, days;
};

void step(const Folded& f, float& stability, float& difficulty, float t, int g) {
  const float* w = f.w;
  const float s = stability;
  const float d = difficulty;
  float next = 0.0F;
  if (t < 1.0F) {
    const float change = std::exp(w[17] * (static_cast<float>(g - 3) + w[18])) * std::pow(s, -w[19]);
    next = s * (g >= 2 ? std::max(change, 1.0F) : change);
  } else {
    const float r = std::pow(1.0F + f.factor * t / s, -w[20]);
    if (g >= 2) {
      const float share = g == 2 ? w[15] : g == 4 ? w[16] : 1.0F;
      next = s * (1.0F + f.growth * (11.0F - d) * std::pow(s, -w[9]) * (std::exp(w[10] * (1.0F - r)) - 1.0F) * share);
    } else {
      const float left = w[11] * std::pow(d, -w[12]) * (std::pow(s + 1.0F, w[13]) - 1.0F) * std::exp(w[14] * (1.0F - r));
      next = std::min(left, s * f.ceiling);
    }
  }
  stability = std::clamp(next, 0.001F, 36500.0F);
  const float damped = d + (10.0F - d) / 9.0F * (w[6] * static_cast<float>(3 - g));
  difficulty = std::clamp(w[7] * f.easy + (1.0F - w[7]) * damped, 1.0F, 10.0F);
}

void scalar_update(const float* w, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                   float* const* out, float target, float* due) {
  const Folded f{w, target};
  for (std::size_t i = 0; i < rows; ++i) {
    float s = in[0][i];
    float d = in[1][i];
    step(f, s, d, elapsed[i], grade[i]);
    out[0][i] = s;
    out[1][i] = d;
    due[i] = s * f.days;
  }
}

void scalar_replay(const float* w, std::size_t cards, const std::int64_t* offsets, const std::uint8_t* grade, const float* elapsed,
                   float* const* out) {
  const Folded f{w, 0.9F};
  for (std::size_t c = 0; c < cards; ++c) {
    std::int64_t i = offsets[c];
    if (i == offsets[c + 1]) continue;
    float s = w[grade[i] - 1];
    float d = std::clamp(w[4] - std::exp(w[5] * static_cast<float>(grade[i] - 1)) + 1.0F, 1.0F, 10.0F);
    for (++i; i < offsets[c + 1]; ++i) step(f, s, d, elapsed[i], grade[i]);
    out[0][c] = s;
    out[1][c] = d;
  }
}

constexpr int chunk = 1024;
using Chunk = Eigen::Array<float, Eigen::Dynamic, 1, 0, chunk, 1>;
using In = Eigen::Map<const Eigen::ArrayXf>;
using Out = Eigen::Map<Eigen::ArrayXf>;

template <bool UsePow>
Chunk power(const Chunk& base, float exponent) {
  if constexpr (UsePow) {
    return base.pow(exponent);
  } else {
    return (exponent * base.log()).exp();
  }
}

template <bool UsePow>
void eigen_update(const float* w, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                  float* const* out, float target, float* due) {
  const Folded f{w, target};
  for (std::size_t i = 0; i < rows; i += chunk) {
    const auto n = static_cast<Eigen::Index>(std::min<std::size_t>(chunk, rows - i));
    const In s{in[0] + i, n};
    const In d{in[1] + i, n};
    const In t{elapsed + i, n};
    const Chunk g = Eigen::Map<const Eigen::Array<std::uint8_t, Eigen::Dynamic, 1>>(grade + i, n).cast<float>();
    const Chunk r = power<UsePow>(1.0F + f.factor * t / s, -w[20]);
    const Chunk share =
        (g == 2.0F).select(Chunk::Constant(n, w[15]), (g == 4.0F).select(Chunk::Constant(n, w[16]), Chunk::Constant(n, 1.0F)));
    const Chunk success = s * (1.0F + f.growth * (11.0F - d) * power<UsePow>(s, -w[9]) * ((w[10] * (1.0F - r)).exp() - 1.0F) * share);
    const Chunk left = w[11] * power<UsePow>(d, -w[12]) * (power<UsePow>(s + 1.0F, w[13]) - 1.0F) * (w[14] * (1.0F - r)).exp();
    const Chunk change = (w[17] * (g - 3.0F + w[18])).exp() * power<UsePow>(s, -w[19]);
    const Chunk same_day = s * (g >= 2.0F).select(change.max(1.0F), change);
    const Chunk later = (g >= 2.0F).select(success, left.min(s * f.ceiling));
    const Chunk next = (t < 1.0F).select(same_day, later).max(0.001F).min(36500.0F);
    const Chunk damped = d + (10.0F - d) / 9.0F * (w[6] * (3.0F - g));
    Out{out[1] + i, n} = (w[7] * f.easy + (1.0F - w[7]) * damped).max(1.0F).min(10.0F);
    Out{out[0] + i, n} = next;
    Out{due + i, n} = next * f.days;
  }
}

void scalar_recall(const float* w, std::size_t rows, const float* stability, const float* elapsed, float* out) {
  const Folded f{w, 0.9F};
  for (std::size_t i = 0; i < rows; ++i) out[i] = std::pow(1.0F + f.factor * elapsed[i] / stability[i], -w[20]);
}

void eigen_recall(const float* w, std::size_t rows, const float* stability, const float* elapsed, float* out) {
  const Folded f{w, 0.9F};
  const auto n = static_cast<Eigen::Index>(rows);
  Out{out, n} = (-w[20] * (1.0F + f.factor * In{elapsed, n} / In{stability, n}).log()).exp();
}

void sum(std::size_t rows, const float* a, const float* b, float* out) {
  const auto n = static_cast<Eigen::Index>(rows);
  Out{out, n} = In{a, n} + In{b, n};
}

void streamed_sum(std::size_t rows, const float* a, const float* b, float* out) {
#if defined(__AVX__)
  for (std::size_t i = 0; i + 8 <= rows; i += 8) _mm256_stream_ps(out + i, _mm256_add_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
#elif defined(__SSE__)
  for (std::size_t i = 0; i + 4 <= rows; i += 4) _mm_stream_ps(out + i, _mm_add_ps(_mm_loadu_ps(a + i), _mm_loadu_ps(b + i)));
#else
  sum(rows, a, b, out);
#endif
}

constexpr perdure_plain all{&scalar_update, &eigen_update<false>, &eigen_update<true>, &scalar_recall, &eigen_recall, &scalar_replay,
                            &sum,           &streamed_sum};

}  // namespace

extern "C" const perdure_plain* PERDURE_PLAIN() { return &all; }
