using MailBackup.Model;

namespace MailBackup.Maintenance.Checking;

/// <summary>The blobs that a state names.</summary>
internal static class ContentNames
{
    /// <summary>With the size that the content must have; -1 for a part, whose size no transaction states.</summary>
    public static (Digest Digest, long Size)[] Of(ItemState state) => state switch
    {
        { Header: { } header, Body: { } body } => [(header, -1), (body, -1)],
        { Digest: { } whole } => [(whole, state.Size)],
        _ => [],
    };
}
