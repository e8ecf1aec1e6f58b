namespace MailBackup.Sources;

/// <summary>The open content of an item. Disposing closes the stream.</summary>
/// <param name="Stream">Plain content, read once from front to back.</param>
/// <param name="Length">Exact number of bytes where it is known before reading.</param>
/// <param name="Item">The item as it is now: key, flags and date may differ from the listed ones when it was renamed in between.</param>
public sealed record SourceContent(Stream Stream, long? Length, SourceItem Item) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
