using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>What a member says of itself.</summary>
/// <param name="MemberLength">Bytes in the bundle, header and trailer included.</param>
/// <param name="ContentLength">Bytes of the uncompressed content.</param>
public readonly record struct GzipMemberHeader(Digest Digest, long MemberLength, long ContentLength);
