#include "container/flv/tag.h"

#include <gtest/gtest.h>

#include "container/flv/quirks.h"

namespace eyas::flv {
namespace {

using media::Codec;

MediaTag video(std::string_view text) {
  static std::vector<uint8_t> bytes;  // payloads are views
  bytes = base::from_hex(text);
  base::Result<MediaTag> tag = parse_video_tag(bytes);
  EXPECT_TRUE(tag.ok()) << tag.error().message();
  return tag.ok() ? *tag : MediaTag{};
}

MediaTag audio(std::string_view text) {
  static std::vector<uint8_t> bytes;
  bytes = base::from_hex(text);
  base::Result<MediaTag> tag = parse_audio_tag(bytes);
  EXPECT_TRUE(tag.ok()) << tag.error().message();
  return tag.ok() ? *tag : MediaTag{};
}

base::Code video_error(std::string_view text) {
  std::vector<uint8_t> bytes = base::from_hex(text);
  base::Result<MediaTag> tag = parse_video_tag(bytes);
  return tag.ok() ? base::Code::kClosed : tag.error().code;
}

base::Code audio_error(std::string_view text) {
  std::vector<uint8_t> bytes = base::from_hex(text);
  base::Result<MediaTag> tag = parse_audio_tag(bytes);
  return tag.ok() ? base::Code::kClosed : tag.error().code;
}

TEST(FlvFile, HeaderRoundTrip) {
  base::ByteWriter out;
  write_file_header(out, true, false);
  EXPECT_EQ(base::to_hex(out.view()),
            "464c560104"
            "00000009"
            "00000000");
  base::Result<FileHeader> header = parse_file_header(out.view());
  ASSERT_TRUE(header.ok());
  EXPECT_TRUE(header->has_audio);
  EXPECT_FALSE(header->has_video);
  EXPECT_FALSE(parse_file_header(base::as_bytes("MP4 is not this")).ok());
  EXPECT_FALSE(parse_file_header(out.view().first(8)).ok());
}

TEST(FlvFile, TagHeaderHasExtendedTimestamp) {
  base::ByteWriter out;
  write_tag_header(out, {TagType::kVideo, 0x010203, 0xfe000102});
  EXPECT_EQ(base::to_hex(out.view()),
            "09"
            "010203"
            "000102"
            "fe"
            "000000");
  base::Result<TagHeader> header = parse_tag_header(out.view());
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->timestamp_ms, 0xfe000102u);
  EXPECT_EQ(header->body_bytes, 0x010203u);
}

TEST(FlvFile, RefusesEncryptedAndUnknownTags) {
  EXPECT_EQ(parse_tag_header(base::from_hex("29 000000 000000 00 000000")).error().code,
            base::Code::kUnsupported);
  EXPECT_EQ(parse_tag_header(base::from_hex("07 000000 000000 00 000000")).error().code,
            base::Code::kUnsupported);
  EXPECT_EQ(parse_tag_header(base::from_hex("09 000000")).error().code, base::Code::kMalformed);
}

TEST(VideoTag, LegacyH264) {
  MediaTag tag = video("17 01 ffffd8 aabb");
  EXPECT_TRUE(tag.key);
  ASSERT_EQ(tag.parts().size(), 1u);
  EXPECT_EQ(tag.parts()[0].codec, Codec::kH264);
  EXPECT_EQ(tag.parts()[0].packet, PacketType::kCodedFrames);
  EXPECT_EQ(tag.parts()[0].composition_ms, -40);
  EXPECT_EQ(base::to_hex(tag.parts()[0].payload), "aabb");
  EXPECT_EQ(video("17 00 000000 01").parts()[0].packet, PacketType::kSequenceStart);
  EXPECT_EQ(video("17 02 000000").parts()[0].packet, PacketType::kSequenceEnd);
}

TEST(VideoTag, CodecId12IsH265) {
  EXPECT_EQ(video("2c 01 000000 aa").parts()[0].codec, Codec::kH265);
}

TEST(VideoTag, CommandFrames) {
  EXPECT_EQ(video("57 00").parts()[0].packet, PacketType::kCommand);
  EXPECT_EQ(video("d1 00").parts()[0].packet, PacketType::kCommand);
}

TEST(VideoTag, EnhancedCodedFrames) {
  MediaTag tag = video("91 68766331 000028 aabb");  // key, CodedFrames, hvc1, 40 ms
  EXPECT_TRUE(tag.enhanced);
  EXPECT_TRUE(tag.key);
  EXPECT_EQ(tag.parts()[0].codec, Codec::kH265);
  EXPECT_EQ(tag.parts()[0].composition_ms, 40);
  tag = video("a3 68766331 aabb");  // inter, CodedFramesX: no composition time
  EXPECT_FALSE(tag.key);
  EXPECT_EQ(base::to_hex(tag.parts()[0].payload), "aabb");
  tag = video("91 61763031 aabb");  // av01 has no composition time
  EXPECT_EQ(tag.parts()[0].codec, Codec::kAv1);
  EXPECT_EQ(base::to_hex(tag.parts()[0].payload), "aabb");
}

TEST(VideoTag, EnhancedMetadataSequenceEndAndDescriptor) {
  EXPECT_EQ(video("d4 68766331 02").parts()[0].packet, PacketType::kMetadata);
  EXPECT_EQ(video("92 68766331").parts()[0].packet, PacketType::kSequenceEnd);
  EXPECT_EQ(video("95 61763031 80").parts()[0].packet, PacketType::kMpeg2TsSequenceStart);
}

TEST(VideoTag, ModExNanosecondOffset) {
  // ModEx, 3 bytes of data: 500000 ns; type 0 and CodedFramesX follow.
  MediaTag tag = video("97 02 07a120 03 68766331 aa");
  EXPECT_EQ(tag.timestamp_nano, 500000u);
  EXPECT_EQ(base::to_hex(tag.parts()[0].payload), "aa");
  // A long unknown one (size byte 255, then 16 bits) is skipped.
  std::string unknown = "97 ff 0100 " + std::string(2 * 257, '0') + " 13 68766331 aa";
  EXPECT_EQ(video(unknown).timestamp_nano, 0u);
  EXPECT_EQ(video("97 02 0f4240 03 68766331 aa").timestamp_nano, 0u);  // a million is a millisecond
  EXPECT_EQ(video_error("97 02 07"), base::Code::kMalformed);
}

TEST(VideoTag, MultitrackOneTrack) {
  MediaTag tag = video("96 01 68766331 05 000010 aabb");  // OneTrack, CodedFrames, hvc1, track 5, 16 ms
  ASSERT_EQ(tag.parts().size(), 1u);
  EXPECT_TRUE(tag.multitrack);
  EXPECT_EQ(tag.parts()[0].track_index, 5);
  EXPECT_EQ(tag.parts()[0].composition_ms, 16);
  EXPECT_EQ(base::to_hex(tag.parts()[0].payload), "aabb");
}

TEST(VideoTag, MultitrackManyTracks) {
  MediaTag tag = video("96 13 68766331 00 000002 aabb 01 000001 cc");
  ASSERT_EQ(tag.parts().size(), 2u);
  EXPECT_EQ(tag.parts()[1].track_index, 1);
  EXPECT_EQ(base::to_hex(tag.parts()[1].payload), "cc");
}

TEST(VideoTag, MultitrackManyCodecs) {
  MediaTag tag = video("96 23 68766331 00 000001 aa 61763031 01 000001 bb 6e6f6e65 02 000001 cc");
  ASSERT_EQ(tag.parts().size(), 2u);
  EXPECT_EQ(tag.parts()[0].codec, Codec::kH265);
  EXPECT_EQ(tag.parts()[1].codec, Codec::kAv1);
  EXPECT_EQ(tag.unknown_codec_parts, 1u);
}

TEST(VideoTag, RefusesNonsense) {
  EXPECT_EQ(video_error(""), base::Code::kMalformed);
  EXPECT_EQ(video_error("17 01 00"), base::Code::kMalformed);
  EXPECT_EQ(video_error("17 03 000000 aa"), base::Code::kMalformed);
  EXPECT_EQ(video_error("1f 01 000000 aa"), base::Code::kUnsupported);  // codec 15
  EXPECT_EQ(video_error("91 deadbeef aa"), base::Code::kUnsupported);   // invalid FourCC
  EXPECT_EQ(video_error("91 4f707573 aa"), base::Code::kUnsupported);   // Opus is no video
  EXPECT_EQ(video_error("91 6876"), base::Code::kMalformed);
  EXPECT_EQ(video_error("96 06 68766331 00"), base::Code::kMalformed);  // multitrack in multitrack
  EXPECT_EQ(video_error("96 31 68766331 00"), base::Code::kMalformed);  // undefined multitrack type
  EXPECT_EQ(video_error("96 13 68766331 00 000009 aa"), base::Code::kMalformed);
}

TEST(VideoTag, LimitsParts) {
  std::string tracks;
  for (size_t i = 0; i < kTagPartsMax; ++i) tracks += " 00 000001 aa";
  EXPECT_EQ(video("96 13 68766331" + tracks).parts().size(), kTagPartsMax);
  EXPECT_EQ(video_error("96 13 68766331" + tracks + " 00 000001 aa"), base::Code::kLimit);
}

TEST(AudioTag, Legacy) {
  EXPECT_EQ(audio("af 00 1210").parts()[0].packet, PacketType::kSequenceStart);
  MediaTag tag = audio("af 01 2110");
  EXPECT_EQ(tag.parts()[0].codec, Codec::kAac);
  EXPECT_EQ(base::to_hex(tag.parts()[0].payload), "2110");
  EXPECT_EQ(audio("2f fffb9064").parts()[0].codec, Codec::kMp3);
  EXPECT_EQ(audio("ee fffb9064").parts()[0].codec, Codec::kMp3);
  EXPECT_EQ(audio("72 d5").parts()[0].codec, Codec::kG711A);
  EXPECT_EQ(audio("82 ff").parts()[0].codec, Codec::kG711U);
}

TEST(AudioTag, Enhanced) {
  EXPECT_EQ(audio("90 4f707573 4f70757348656164").parts()[0].packet, PacketType::kSequenceStart);
  EXPECT_EQ(audio("91 4f707573 fc").parts()[0].codec, Codec::kOpus);
  EXPECT_EQ(audio("91 61632d33 0b77").parts()[0].codec, Codec::kAc3);
  EXPECT_EQ(audio("91 664c6143 fff8").parts()[0].codec, Codec::kFlac);
  EXPECT_EQ(audio("91 6d703461 21").parts()[0].codec, Codec::kAac);
  EXPECT_EQ(audio("91 2e6d7033 ff").parts()[0].codec, Codec::kMp3);
  EXPECT_EQ(audio("94 4f707573 00 02").parts()[0].packet, PacketType::kMultichannelConfig);
  EXPECT_EQ(audio("92 4f707573").parts()[0].packet, PacketType::kSequenceEnd);
  EXPECT_EQ(audio("95 01 4f707573 03 fc").parts()[0].track_index, 3);
  EXPECT_EQ(audio("97 02 000064 01 4f707573 fc").timestamp_nano, 100u);
}

TEST(AudioTag, RefusesNonsense) {
  EXPECT_EQ(audio_error(""), base::Code::kMalformed);
  EXPECT_EQ(audio_error("af"), base::Code::kMalformed);
  EXPECT_EQ(audio_error("af 02"), base::Code::kMalformed);
  EXPECT_EQ(audio_error("ff 00"), base::Code::kUnsupported);           // sound format 15
  EXPECT_EQ(audio_error("b2 00"), base::Code::kUnsupported);           // Speex
  EXPECT_EQ(audio_error("91 68766331 00"), base::Code::kUnsupported);  // H.265 is no audio
}

TEST(MediaTagHeader, WritesWhatIsParsed) {
  for (Codec codec : {Codec::kH264, Codec::kH265, Codec::kAv1, Codec::kVp9, Codec::kVp8, Codec::kAac,
                      Codec::kOpus, Codec::kMp3, Codec::kAc3, Codec::kFlac}) {
    bool is_video = media::kind_of(codec) == media::TrackKind::kVideo;
    for (uint8_t index : {0, 3}) {
      for (int32_t composition : {0, 40, -40}) {
        bool reorders = codec == Codec::kH264 || codec == Codec::kH265;
        MediaTagHeader header{codec, PacketType::kCodedFrames, is_video, reorders ? composition : 0, index,
                              0};
        base::ByteWriter out;
        write_media_tag_header(out, header);
        EXPECT_LE(out.size(), kMediaTagHeaderBytesMax);
        out.u8(0xaa);
        base::Result<MediaTag> tag = is_video ? parse_video_tag(out.view()) : parse_audio_tag(out.view());
        ASSERT_TRUE(tag.ok()) << media::codec_name(codec);
        const TagPart& part = tag->parts()[0];
        EXPECT_EQ(part.codec, codec);
        EXPECT_EQ(part.track_index, index);
        EXPECT_EQ(part.composition_ms, header.composition_ms);
        EXPECT_EQ(tag->key, header.key);
        EXPECT_EQ(base::to_hex(part.payload), "aa");
      }
    }
  }
}

TEST(MediaTagHeader, PrefersLegacyIds) {
  auto first = [](Codec codec) {
    base::ByteWriter out;
    write_media_tag_header(out, {codec, PacketType::kSequenceStart, true, 0, 0, 0});
    return base::to_hex(out.view());
  };
  EXPECT_EQ(first(Codec::kH264), "1700000000");
  EXPECT_EQ(first(Codec::kAac), "af00");
  EXPECT_EQ(first(Codec::kH265), "9068766331");
  EXPECT_EQ(first(Codec::kOpus), "904f707573");
}

TEST(Quirks, EveryCounterHasItsName) {
  Quirks quirks;
  static_assert(sizeof(Quirks) == sizeof(uint64_t) * std::tuple_size_v<decltype(quirks.list())>);
  quirks.wrong_sound_flags = 3;
  EXPECT_STREQ(quirks.list().back().name, "wrong_sound_flags");
  EXPECT_EQ(quirks.list().back().value, 3u);
}

}  // namespace
}  // namespace eyas::flv
