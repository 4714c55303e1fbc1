#include "worker/demo/backdrop.h"

#include <cstring>
#include <numbers>

namespace eyas::worker::demo {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;
constexpr float kSkyTop = 0.42f;  // tangent of the elevation at the sky's topmost row
constexpr std::array<Rgb, 2> kHills = {Rgb{158, 178, 196}, Rgb{124, 148, 160}};

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
  for (size_t layer = 0; layer < hills_.size(); ++layer) {
    Yuv colour = kHills[layer].yuv();
    for (int x = 0; x < picture.width; ++x) {
      float angle =
          std::atan((static_cast<float>(x) - static_cast<float>(picture.width) / 2) / camera.focal());
      int column = static_cast<int>(std::floor(first + angle / kTurn * kPanorama)) & (kPanorama - 1);
      float top = camera.horizon() - camera.focal() * hills_[layer][static_cast<size_t>(column)];
      int row = std::max(0, static_cast<int>(std::floor(top)));
      for (int from = row; row < horizon; ++row) {
        uint8_t& y = picture.y_row(row)[x];
        unsigned edge = row == from ? static_cast<unsigned>((1 - (top - std::floor(top))) * 256) : 256;
        y = blend(y, colour.y, std::min(edge, 256u));
        if (((x | row) & 1) == 0) picture.u_row(row)[x / 2] = colour.u, picture.v_row(row)[x / 2] = colour.v;
      }
    }
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

  float haze = haze_at(metres);
  std::array<uint8_t, 256> tone;
  float haze_y = kHaze.yuv().y;
  for (int i = 0; i < 256; ++i)
    tone[static_cast<size_t>(i)] = to_byte(static_cast<float>(i) * (1 - haze) + haze_y * haze);
  const GroundLevel& texels_of = ground_.level(level);
  ground_luma(texels_of, scan, tone.data(), picture.y_row(row), picture.width);
  if ((row & 1) == 0) ground_chroma(texels_of, scan, haze, picture, row);
}

// The hot loop of the demo: one bilinear sample per pixel, two neighbours in one multiplication.
void Backdrop::ground_luma(const GroundLevel& level, Scan scan, const uint8_t* tone, uint8_t* out,
                           int count) const {
  const uint8_t* texels = level.luma.data();
  const auto pitch = static_cast<size_t>(level.pitch);
  const int shift = 32 - level.bits;
  const int fraction = shift - 8;
  uint32_t u = scan.u, v = scan.v;
  for (int x = 0; x < count; ++x, u += scan.du, v += scan.dv) {
    const uint8_t* at = texels + (v >> shift) * pitch + (u >> shift);
    uint16_t top, bottom;
    std::memcpy(&top, at, 2);
    std::memcpy(&bottom, at + pitch, 2);
    uint32_t four = top | static_cast<uint32_t>(bottom) << 16;
    uint32_t fx = (u >> fraction) & 255, fy = (v >> fraction) & 255;
    uint32_t pair = (four & 0x00ff00ffu) * (256 - fx) + ((four >> 8) & 0x00ff00ffu) * fx;
    uint32_t value = (pair & 0xffff) * (256 - fy) + (pair >> 16) * fy;
    out[x] = tone[value >> 16];
  }
}

void Backdrop::ground_chroma(const GroundLevel& level, Scan scan, float haze, const Picture& picture,
                             int row) const {
  const uint16_t* texels = level.chroma.data();
  const auto pitch = static_cast<size_t>(level.uv_pitch);
  const int shift = 33 - level.bits;
  uint8_t *out_u = picture.u_row(row), *out_v = picture.v_row(row);
  Yuv far = kHaze.yuv();
  auto alpha = static_cast<unsigned>(haze * 256);
  unsigned far_u = far.u * alpha + 128, far_v = far.v * alpha + 128;
  uint32_t u = scan.u, v = scan.v;
  for (int x = 0; x < picture.width / 2; ++x, u += 2 * scan.du, v += 2 * scan.dv) {
    unsigned uv = texels[(v >> shift) * pitch + (u >> shift)];
    out_u[x] = static_cast<uint8_t>(((uv & 255) * (256 - alpha) + far_u) >> 8);
    out_v[x] = static_cast<uint8_t>(((uv >> 8) * (256 - alpha) + far_v) >> 8);
  }
}

}  // namespace eyas::worker::demo
