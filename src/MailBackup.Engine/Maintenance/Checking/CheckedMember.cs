using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>A blob that a check has met in a bundle.</summary>
internal readonly record struct CheckedMember(Digest Digest, BlobLocation Place, MemberState State);
