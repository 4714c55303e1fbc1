// Programs of others agree with us: what GStreamer packs we unpack, what we pack GStreamer unpacks, and the
// pictures are the same. Packets go through files in RFC 4571 framing. Skipped where GStreamer is missing.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using media::Codec;

constexpr size_t kMtu = 1200;

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> buffer{};
  while (size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), count);
  pclose(pipe);
  return text;
}

bool gstreamer_has(const std::string& elements) {
  return std::system(
             ("for e in " + elements + "; do gst-inspect-1.0 --exists $e >/dev/null 2>&1 || exit 1; done")
                 .c_str()) == 0;
}

std::vector<uint8_t> bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Case {
  Codec codec;
  std::string name;
  std::string elements;  // that it needs
  std::string source;    // writes encoded frames
  std::string pay;
  std::string caps;  // of the packets, behind the payload type
  std::string depay_decode;
  size_t units;  // at least
  uint32_t width = 0;
  std::map<std::string, std::string> fmtp = {};
};

const std::string kTestPicture =
    "videotestsrc num-buffers=60 ! video/x-raw,width=320,height=240,framerate=30/1 ! ";
const std::string kTestSound = "audiotestsrc num-buffers=50 freq=700 ! audio/x-raw,rate=48000,channels=2 ! ";
const std::string kFootage = "../shared/media/drone-crossing.mp4";
const std::string kRawVideo = " ! videoconvert ! video/x-raw,format=I420";
const std::string kRawAudio = " ! audioconvert ! audio/x-raw,format=S16LE";
const std::string kVideoCaps = "media=video,clock-rate=90000,encoding-name=";

std::vector<Case> video_cases() {
  return {
      {Codec::kH264, "H264", "rtph264pay avdec_h264 qtdemux",
       "filesrc location=" + kFootage + " ! qtdemux ! h264parse",
       "rtph264pay config-interval=-1 aggregate-mode=zero-latency", kVideoCaps + "H264",
       "rtph264depay ! avdec_h264" + kRawVideo, 100, 1920},
      {Codec::kH265, "H265", "rtph265pay avdec_h265 x265enc",
       kTestPicture + "x265enc speed-preset=ultrafast tune=zerolatency key-int-max=20 ! h265parse",
       "rtph265pay config-interval=-1 aggregate-mode=zero-latency", kVideoCaps + "H265",
       "rtph265depay ! avdec_h265" + kRawVideo, 60, 320},
      {Codec::kVp8, "VP8", "rtpvp8pay vp8enc vp8dec",
       kTestPicture + "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=20", "rtpvp8pay picture-id-mode=2",
       kVideoCaps + "VP8", "rtpvp8depay ! vp8dec" + kRawVideo, 60, 320},
      {Codec::kVp9, "VP9", "rtpvp9pay vp9enc vp9dec",
       kTestPicture + "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=20", "rtpvp9pay picture-id-mode=2",
       kVideoCaps + "VP9", "rtpvp9depay ! vp9dec" + kRawVideo, 60, 320},
  };
}

std::vector<Case> audio_cases() {
  return {
      {Codec::kOpus, "Opus", "rtpopuspay opusenc opusdec", kTestSound + "opusenc", "rtpopuspay",
       "media=audio,clock-rate=48000,encoding-name=OPUS,encoding-params=(string)2",
       "rtpopusdepay ! opusdec" + kRawAudio, 40},
      {Codec::kG711U, "G711", "rtppcmupay mulawenc mulawdec",
       "audiotestsrc num-buffers=50 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! mulawenc",
       "rtppcmupay", "media=audio,clock-rate=8000,encoding-name=PCMU", "rtppcmudepay ! mulawdec" + kRawAudio,
       10},
      {Codec::kAac,
       "Aac",
       "rtpmp4gpay avenc_aac avdec_aac",
       kTestSound + "avenc_aac",
       "rtpmp4gpay",
       "media=audio,clock-rate=48000,encoding-name=MPEG4-GENERIC,encoding-params=(string)2,streamtype=("
       "string)5,"
       "profile-level-id=(string)2,mode=(string)AAC-hbr,config=(string)119056e500,sizelength=(string)13,"
       "indexlength=(string)3,indexdeltalength=(string)3",
       "rtpmp4gdepay ! avdec_aac" + kRawAudio,
       40,
       0,
       {{"config", "119056e500"}, {"sizelength", "13"}, {"indexlength", "3"}, {"indexdeltalength", "3"}}},
  };
}

class GStreamer : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!gstreamer_has("rtpstreampay rtpstreamdepay videoconvert audioconvert " + GetParam().elements))
      GTEST_SKIP() << "GStreamer with " << GetParam().elements << " is not installed";
    if (GetParam().codec == Codec::kH264 && !std::filesystem::exists(kFootage))
      GTEST_SKIP() << kFootage << " is not here";
    folder_ = std::filesystem::temp_directory_path() / ("eyas_rtp_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  int run(const std::string& pipeline) const {
    return std::system(("gst-launch-1.0 -q " + pipeline + " >/dev/null 2>&1").c_str());
  }
  // The checksum of what a file of packets decodes to.
  std::string decoded(const std::string& file) const {
    return output_of("gst-launch-1.0 -q filesrc location=" + file +
                     " ! 'application/x-rtp-stream,payload=96," + GetParam().caps + "' ! rtpstreamdepay ! " +
                     GetParam().depay_decode + " ! fdsink fd=1 2>/dev/null | md5sum");
  }

  std::filesystem::path folder_;
};

std::vector<AccessUnit> unpack(const Case& c, base::Bytes stream) {
  auto depacketizer = test::depacketizer(c.codec, c.fmtp);
  std::vector<AccessUnit> units;
  base::ByteReader reader(stream);
  while (reader.remaining() > 0) {
    auto packet = PacketView::parse(reader.take(reader.u16()));
    if (!packet) break;
    depacketizer->push(*packet, false, units);
  }
  return units;
}

void write_framed(std::ofstream& file, const PacketizedFrame& frame, uint32_t timestamp, uint16_t& sequence) {
  for (const PayloadPacket& packet : frame.packets) {
    std::array<uint8_t, kFixedHeaderBytes> header{};
    Header fields;
    fields.payload_type = 96;
    fields.marker = packet.marker;
    fields.sequence = sequence++;
    fields.timestamp = timestamp + packet.timestamp_offset;
    fields.ssrc = 1;
    write_header(header, fields);
    base::ByteWriter out;
    out.u16(static_cast<uint16_t>(header.size() + packet.size));
    out.bytes(header);
    out.bytes(frame.bytes.bytes().subspan(packet.offset, packet.size));
    file.write(reinterpret_cast<const char*>(out.view().data()), static_cast<std::streamsize>(out.size()));
  }
}

TEST_P(GStreamer, DecodesTheSameThroughUs) {
  const Case& c = GetParam();
  const std::string mtu = " mtu=" + std::to_string(kMtu) + " pt=96 ! rtpstreampay ! filesink location=";
  ASSERT_EQ(run(c.source + " ! " + c.pay + mtu + path("theirs")), 0);
  auto units = unpack(c, bytes_of(path("theirs")));
  ASSERT_GE(units.size(), c.units);
  ASSERT_TRUE(units[0].key && units[0].config);
  EXPECT_EQ(units[0].config->width, c.width);

  auto packetizer = make_packetizer(c.codec);
  media::TrackPtr track;
  uint16_t sequence = 65000;
  {
    std::ofstream ours(path("ours"), std::ios::binary);
    for (const AccessUnit& unit : units) {
      ASSERT_FALSE(unit.damaged);
      if (unit.config) track = std::make_shared<const media::Track>(media::Track{1, *unit.config, {}, {}});
      auto packetized =
          packetizer->packetize(test::frame(track, unit.payload, unit.key), kMtu - kFixedHeaderBytes);
      write_framed(ours, packetized, unit.timestamp, sequence);
    }
  }
  std::string expected = decoded(path("theirs"));
  EXPECT_EQ(decoded(path("ours")), expected);
  EXPECT_NE(expected.substr(0, 32), "d41d8cd98f00b204e9800998ecf8427e");  // of nothing
}

const auto name_of = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Video, GStreamer, testing::ValuesIn(video_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Audio, GStreamer, testing::ValuesIn(audio_cases()), name_of);

}  // namespace
}  // namespace eyas::rtp
