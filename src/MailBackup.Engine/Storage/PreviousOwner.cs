namespace MailBackup.Storage;

/// <summary>A server that a backup path once belonged to.</summary>
/// <param name="Host">Name of its machine.</param>
/// <param name="Until">When another server took the path over.</param>
/// <param name="By">Who had that done: <c>user@machine</c>.</param>
public sealed record PreviousOwner(Guid ServerId, string Host, DateTimeOffset Until, string By);
