namespace MailBackup.Sources.Maildir.Changes;

/// <summary>A message under one name of its folder; one half of a rename.</summary>
/// <param name="Directory">The directory that it is or was in.</param>
/// <param name="Key">As <see cref="SourceItem.Key"/>, under the name that it has or had there.</param>
internal sealed record MovedMessage(WatchedDirectory Directory, string Key)
{
    /// <summary>True when it is the same message of the same folder under its new name: other flags, or from new to cur.</summary>
    public bool IsSameAs(MovedMessage other) =>
        Directory.Mailbox!.Account == other.Directory.Mailbox!.Account && Directory.Key == other.Directory.Key
        && MessageName.StablePart(Key.AsSpan(MessageName.Current.Length)).SequenceEqual(MessageName.StablePart(other.Key.AsSpan(MessageName.Current.Length)));
}
