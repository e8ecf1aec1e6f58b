namespace MailBackup.Sources.Maildir.Changes;

/// <summary>A message that was renamed away.</summary>
/// <param name="From">The directory that it was in.</param>
/// <param name="Key">As <see cref="SourceItem.Key"/>, under the name that it had.</param>
internal sealed record MovedMessage(WatchedDirectory From, string Key)
{
    /// <summary>True when it is the same message of the same folder under its new name: other flags, or from new to cur.</summary>
    public bool IsSameAs(WatchedDirectory directory, string key) =>
        From.Mailbox!.Account == directory.Mailbox!.Account && From.Key == directory.Key
        && MessageName.StablePart(Key.AsSpan(MessageName.Current.Length)).SequenceEqual(MessageName.StablePart(key.AsSpan(MessageName.Current.Length)));
}
