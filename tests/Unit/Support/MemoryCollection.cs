namespace MailBackup.Tests.Support;

/// <summary>Tests that measure the memory of the process: nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";

    /// <summary>Bytes that what <paramref name="make"/> gives holds.</summary>
    public static long BytesOf(Func<object> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        object held = make();
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(held);
        return after - before;
    }
}
