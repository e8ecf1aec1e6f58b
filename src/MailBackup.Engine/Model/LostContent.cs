namespace MailBackup.Model;

/// <summary>A living item whose content the mail server has lost.</summary>
/// <param name="Account">Its address.</param>
/// <param name="Id">The item, as the backup knows it.</param>
/// <param name="Folder">Path of its folder.</param>
/// <param name="Key">Where it is on the server, or was.</param>
/// <param name="Loss">What has become of its content.</param>
/// <param name="Size">Bytes that the backup has.</param>
/// <param name="Digest">Of the content that the backup has.</param>
public sealed record LostContent(string Account, ItemId Id, ItemType Type, string Folder, string Key, ContentLoss Loss, string Subject, long Size, Digest Digest);

/// <summary>What has become of a content on the mail server.</summary>
public enum ContentLoss
{
    /// <summary>There is no file.</summary>
    Missing,

    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>A message has other bytes, which a server never gives it.</summary>
    Damaged,
}
