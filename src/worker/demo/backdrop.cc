#include "worker/demo/backdrop.h"

#include <cstring>
#include <numbers>

namespace eyas::worker::demo {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;
constexpr float kSkyTop = 0.42f;  // tangent of the elevation at the sky's topmost row
constexpr float kMist = 0.022f;   // tangent of the elevation up to which hills fade into the haze
constexpr std::array<Rgb, 2> kHills = {Rgb{158, 178, 196}, Rgb{124, 148, 160}};

float ease(float t) {
  return t * t * (3 - 2 * t);
}

// From a (0..255) to b by a fraction of 256.
uint16_t between(unsigned a, unsigned b, uint16_t fraction) {
  auto sum = static_cast<uint16_t>(static_cast<uint16_t>(a) * static_cast<uint16_t>(256 - fraction) +
                                   static_cast<uint16_t>(b) * fraction);
  return sum >> 8;
}

// Fills `count` pixels from half as many samples and one, lost in haze (0..256) of the colour `far`.
void spread(uint8_t* samples, int count, unsigned far, unsigned haze, uint8_t* out) {
  const int pairs = count / 2;
  const auto near = static_cast<uint16_t>(256 - haze), mist = static_cast<uint16_t>(far * haze + 128);
  for (int i = 0; i <= pairs; ++i)
    samples[i] = static_cast<uint8_t>(static_cast<uint16_t>(samples[i] * near + mist) >> 8);
  for (int i = 0; i < pairs; ++i) {
    out[2 * i] = samples[i];
    out[2 * i + 1] = static_cast<uint8_t>((samples[i] + samples[i + 1] + 1) >> 1);
  }
  if (count % 2 != 0) out[count - 1] = samples[pairs];
}

// Sums of sines that close after a turn.
float hill_height(int column, int layer) {
  float a = kTurn * static_cast<float>(column) / 4096.0f;
  float s = layer == 0 ? 0.031f : 0.014f;
  float wave = std::sin(3 * a + 1 + 2 * static_cast<float>(layer)) + 0.6f * std::sin(7 * a + 2.2f) +
               0.35f * std::sin(17 * a + 0.4f + static_cast<float>(layer)) + 0.16f * std::sin(41 * a) +
               0.07f * std::sin(97 * a);
  return s * (1.15f + 0.55f * wave);
}

}  // namespace

Backdrop::Backdrop(const Landscape& landscape)
    : ground_(landscape), sky_(static_cast<size_t>(kPanorama) * kSkyRows) {
  paint_sky();
  for (size_t layer = 0; layer < 2; ++layer) {
    for (int c = 0; c < kPanorama; ++c)
      hills_[layer][static_cast<size_t>(c)] = hill_height(c, static_cast<int>(layer));
  }
}

void Backdrop::paint_sky() {
  for (int row = 0; row < kSkyRows; ++row) {
    float t = static_cast<float>(row) / kSkyRows;
    Rgb clear = mix(kHaze, Rgb{92, 146, 206}, std::pow(t, 0.62f));
    for (int c = 0; c < kPanorama; ++c) {
      // Clouds lie on a plane: they flatten towards the horizon.
      float flat = 26.0f / (t + 0.09f);
      float n = noise_.at(static_cast<float>(c) / 8, flat * 3) * 0.65f +
                noise_.at(static_cast<float>(c) / 2, flat * 9) * 0.35f;
      float cloud = std::clamp((n - 0.44f) * 4.2f, 0.0f, 1.0f) * std::min(1.0f, t * 5);
      Rgb colour =
          mix(clear, mix(Rgb{214, 222, 232}, Rgb{250, 250, 250}, std::clamp((n - 0.5f) * 5, 0.0f, 1.0f)),
              0.75f * cloud);
      sky_[static_cast<size_t>(row * kPanorama + c)] = colour.yuv();
    }
  }
}

void Backdrop::draw(const Camera& camera, const Picture& picture) {
  int horizon = std::clamp(static_cast<int>(std::ceil(camera.horizon())) & ~1, 0, picture.height);
  draw_sky(camera, picture, horizon);
  draw_hills(camera, picture, horizon);
  for (int row = horizon; row < picture.height; ++row) draw_ground_row(camera, picture, row);
}

void Backdrop::draw_sky(const Camera& camera, const Picture& picture, int rows) {
  float columns_per_px = kPanorama / kTurn / camera.focal();
  float first = camera.yaw / kTurn * kPanorama - columns_per_px * static_cast<float>(picture.width) / 2;
  auto step = static_cast<uint32_t>(columns_per_px * 65536);
  for (int row = 0; row < rows; ++row) {
    float up = (camera.horizon() - static_cast<float>(row)) / camera.focal();
    int sky_row = std::clamp(static_cast<int>(up / kSkyTop * kSkyRows), 0, kSkyRows - 1);
    const Yuv* sky = &sky_[static_cast<size_t>(sky_row) * kPanorama];
    auto at = static_cast<uint32_t>(static_cast<int64_t>(std::floor(first * 65536)));
    uint8_t *y = picture.y_row(row), *u = picture.u_row(row), *v = picture.v_row(row);
    for (int x = 0; x < picture.width; ++x, at += step) {
      const Yuv& colour = sky[(at >> 16) & (kPanorama - 1)];
      y[x] = colour.y;
      if (((x | row) & 1) == 0) u[x / 2] = colour.u, v[x / 2] = colour.v;
    }
  }
}

void Backdrop::draw_hills(const Camera& camera, const Picture& picture, int horizon) {
  float first = camera.yaw / kTurn * kPanorama;
  if (columns_.size() != static_cast<size_t>(picture.width)) measure_columns(camera);
  for (size_t layer = 0; layer < hills_.size(); ++layer) {
    int highest = horizon;
    for (int x = 0; x < picture.width; ++x) {
      int column = static_cast<int>(std::floor(first + columns_[static_cast<size_t>(x)])) & (kPanorama - 1);
      float top = camera.horizon() - camera.focal() * hills_[layer][static_cast<size_t>(column)];
      tops_[static_cast<size_t>(x)] = static_cast<int>(std::max(top, -1.0f) * 256);
      highest = std::min(highest, static_cast<int>(std::max(top, 0.0f)));
    }
    for (int row = highest; row < horizon; ++row) {
      // Mist lies at the foot of the hills: they stand behind the ground without a seam.
      float foot = (camera.horizon() - static_cast<float>(row)) / (kMist * camera.focal());
      Yuv colour = mix(kHaze, kHills[layer], ease(std::min(foot, 1.0f))).yuv();
      draw_hill_row(picture, row, colour);
    }
  }
}

// What depends on the picture's width alone.
void Backdrop::measure_columns(const Camera& camera) {
  tops_.resize(static_cast<size_t>(camera.width));
  columns_.clear();
  for (int x = 0; x < camera.width; ++x) {
    float right = (static_cast<float>(x) - static_cast<float>(camera.width) / 2) / camera.focal();
    columns_.push_back(std::atan(right) / kTurn * kPanorama);
  }
}

void Backdrop::draw_hill_row(const Picture& picture, int row, Yuv colour) const {
  uint8_t *y = picture.y_row(row), *u = picture.u_row(row), *v = picture.v_row(row);
  const int below = (row + 1) * 256;
  for (int x = 0; x < picture.width; ++x) {
    auto covered = static_cast<unsigned>(std::clamp(below - tops_[static_cast<size_t>(x)], 0, 256));
    y[x] = blend(y[x], colour.y, covered);
  }
  if ((row & 1) != 0) return;
  for (int x = 0; x < picture.width; x += 2) {
    auto covered = static_cast<unsigned>(std::clamp(below - tops_[static_cast<size_t>(x)], 0, 256));
    u[x / 2] = blend(u[x / 2], colour.u, covered);
    v[x / 2] = blend(v[x / 2], colour.v, covered);
  }
}

void Backdrop::draw_ground_row(const Camera& camera, const Picture& picture, int row) {
  float focal = camera.focal();
  float below = (static_cast<float>(row) + 0.5f - static_cast<float>(picture.height) / 2) / focal;
  float sine = std::sin(camera.pitch), cosine = std::cos(camera.pitch);
  float slope = std::max(sine + below * cosine, 1e-4f);
  float reach = camera.height / slope;                             // along the axis
  float ahead = reach * (cosine - below * sine);                   // over the ground
  float across = reach / focal;                                    // metres per pixel along the row
  float down = std::abs(reach * reach / (focal * camera.height));  // metres per row
  float metres = std::hypot(ahead, camera.height);

  // Between the two footprints: a little shimmer is better than a blur.
  float texels = std::pow(across, 0.55f) * std::pow(down, 0.45f) / kMetresPerTexel;
  int level = std::clamp(static_cast<int>(std::lround(std::log2(std::max(texels, 0.01f)) - 0.15f)), 0,
                         Ground::kLevels - 1);

  double right_x = std::cos(camera.yaw), right_y = -std::sin(camera.yaw);
  double left = -0.5 * picture.width * across;
  double x = camera.x + ahead * std::sin(camera.yaw) + left * right_x;
  double y = camera.y + ahead * std::cos(camera.yaw) + left * right_y;
  auto fixed = [](double m) {
    return static_cast<uint32_t>(static_cast<int64_t>(m / kPeriod * 4294967296.0));
  };
  Scan scan{fixed(x), fixed(y), fixed(across * right_x), fixed(across * right_y)};

  auto haze = static_cast<unsigned>(haze_at(metres) * 256);
  const GroundLevel& texels_of = ground_.level(level);
  sample_luma(texels_of, scan, picture.width / 2 + 1);
  spread(samples_.data(), picture.width, kHaze.yuv().y, haze, picture.y_row(row));
  if ((row & 1) != 0) return;
  sample_chroma(texels_of, scan, picture.width / 4 + 1);
  spread(samples_.data(), picture.width / 2, kHaze.yuv().u, haze, picture.u_row(row));
  spread(samples_v_.data(), picture.width / 2, kHaze.yuv().v, haze, picture.v_row(row));
}

// The hot loop of the demo: one bilinear sample per two pixels. The row's pixels lie closer together than
// texels do, so the pixels between are as good as the mean of their neighbours. The loads come first, alone,
// so that the compiler makes vectors of the arithmetic.
void Backdrop::sample_luma(const GroundLevel& level, Scan scan, int count) {
  const uint8_t* texels = level.luma.data();
  const auto pitch = static_cast<size_t>(level.pitch);
  const int shift = 32 - level.bits;
  const int fraction = shift - 8;
  const auto n = static_cast<size_t>(count);
  samples_.resize(n), upper_.resize(n), lower_.resize(n);
  uint16_t *upper = upper_.data(), *lower = lower_.data();
  uint32_t u = scan.u, v = scan.v, du = 2 * scan.du, dv = 2 * scan.dv;
  for (size_t i = 0; i < n; ++i, u += du, v += dv) {
    const uint8_t* at = texels + (v >> shift) * pitch + (u >> shift);
    std::memcpy(&upper[i], at, 2);
    std::memcpy(&lower[i], at + pitch, 2);
  }
  uint8_t* samples = samples_.data();
  u = scan.u, v = scan.v;
  for (size_t i = 0; i < n; ++i, u += du, v += dv) {
    auto fx = static_cast<uint16_t>((u >> fraction) & 255), fy = static_cast<uint16_t>((v >> fraction) & 255);
    uint16_t above = between(upper[i] & 255, upper[i] >> 8, fx);
    uint16_t below = between(lower[i] & 255, lower[i] >> 8, fx);
    samples[i] = static_cast<uint8_t>(between(above, below, fy));
  }
}

// One sample per four pixels.
void Backdrop::sample_chroma(const GroundLevel& level, Scan scan, int count) {
  const uint16_t* texels = level.chroma.data();
  const auto pitch = static_cast<size_t>(level.uv_pitch);
  const int shift = 33 - level.bits;
  samples_.resize(static_cast<size_t>(count));
  samples_v_.resize(static_cast<size_t>(count));
  uint8_t *samples_u = samples_.data(), *samples_v = samples_v_.data();
  uint32_t u = scan.u, v = scan.v;
  for (int i = 0; i < count; ++i, u += 4 * scan.du, v += 4 * scan.dv) {
    unsigned uv = texels[(v >> shift) * pitch + (u >> shift)];
    samples_u[i] = static_cast<uint8_t>(uv);
    samples_v[i] = static_cast<uint8_t>(uv >> 8);
  }
}

}  // namespace eyas::worker::demo
